"""The phones on which a citizen wants to be told."""
