"""Ground: database, writes, clock, errors, pages, secrets, mail, text. Knows no feature."""
