"""A citizen's own paper cards."""
