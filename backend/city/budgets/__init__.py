"""Budget lines, and what became of their points."""
