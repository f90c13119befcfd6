"""People of the city office sign in and out."""
