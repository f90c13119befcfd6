"""Whom a shop means, kept by name."""
