"""Trains the offline understanding from the voices; needs scikit-learn, which nothing that answers messages does."""
