"""Who works for the city and the shops: invited, renewed, removed by an administrator."""
