"""What people do and what is done for them, a module a noun. How citizens sign in stands in `providers`."""
