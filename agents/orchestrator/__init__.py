"""Who answers a request: Support, Sales, Visual search, Market intelligence, or a person."""
