"""What is told because a day has come or something has changed: one table of triggers."""
