"""A small town in which everything that moves points happens, and what must come of it.

- `terms`: its campaigns and offers, as figures.
- `model`, with `cards` and `refunding`: what a child with paper and pencil would expect.
- `town`: the same verbs through the services.
- `reading`: the database as a model, to be compared with what was expected.
- `laws`: what holds whatever happens.
"""
