"""Captured changes -> domain events. One module a domain decides, purely; ``processor.py`` produces."""
