"""What the flows that buy share: the cart, which product is meant, from whom it is cheapest, and the summary."""
