"""The verbs of messages and templates."""
