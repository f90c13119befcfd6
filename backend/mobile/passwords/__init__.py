"""Changing and resetting a password."""
