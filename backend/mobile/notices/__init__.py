"""What the citizen was told, and what they have read of it."""
