"""What citizens declare, verified at the counter."""
