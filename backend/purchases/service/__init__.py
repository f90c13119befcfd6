"""Verbs of purchases, a module a noun."""
