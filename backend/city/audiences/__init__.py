"""Whom the city means, kept by name."""
