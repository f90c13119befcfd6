"""What is decided about a purchase without asking anybody: the text of codes, what is sold, paid, refunded."""
