"""The version of this package."""

# Derived from Balcão's register by `balcao derive`; do not edit.

__version__ = "1.0.20261121.21"
