"""Who works at a shop: invited by its manager, accepting with a password."""
