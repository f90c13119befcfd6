"""Corrections of points by two people."""
