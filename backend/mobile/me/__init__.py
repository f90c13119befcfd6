"""My account, and everything held about me."""
