"""The version of this package."""

# Derived from Balcão's register by `balcao derive`; do not edit.

__version__ = "1.1.20261121.21"
