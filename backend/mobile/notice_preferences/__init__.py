"""What I want to hear of, and when my phone may ring."""
