"""Paper cards at a till: the points their holder has, and spending them."""
