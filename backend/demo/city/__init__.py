"""The demonstration city: a Kushiro that does not exist, as data and one pure generator.

Everything in here is invented: every firm, group, public body, shop, product, code number, citizen and
purchase. Place names (municipalities and districts) are real, so that maps and rings look right; nothing that
is said to stand there does. A name that resembles a real one does so by accident. Nothing here knows a
database or a clock: the loader passes in the day.

Vocabulary: an *organisation* runs *shops*; a shop sells *products*; a *citizen* has *habits*, out of which
the generator makes *purchases*; *campaigns* count their days from the day that the loader calls today.
"""
