"""Clerks and managers sign in and out."""
