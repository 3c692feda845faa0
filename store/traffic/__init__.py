"""Traffic: what a marketplace's own application would do to its database, at a steady rate."""
