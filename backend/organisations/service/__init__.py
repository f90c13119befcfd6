"""What is done with organisations, a module a noun: shops through their life, products, registers."""
