"""Paper cards for people without a telephone: printed, handed out, blocked, replaced, joined to an app."""
