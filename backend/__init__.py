"""Meguri (めぐり): local purchases, points and notices, so that money goes round at home."""

__version__ = "0.1.0"
