"""The demonstration: a fictional city in an empty database, tokens to try it, the main job played over HTTP.

`city` is its data; `town` and `past` turn them into rows; `loading` writes these; `tokens` lets its people
in; `playing` is a client like any other, which knows the server by its address only.
"""
