"""Who is meant: a description, checked and compiled to one SELECT over any feature below."""
