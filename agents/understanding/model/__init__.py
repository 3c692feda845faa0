"""The trained model and how well it did; written by `balcao understanding train`."""
