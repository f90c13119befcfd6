"""A citizen joins, takes a copy of everything held about them, leaves; a shop is let in.

The one feature that touches every other feature's rows about a person: people knows no points, points
knows no person, so what spans both stands above both.
"""
