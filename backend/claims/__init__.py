"""A purchase that a citizen states and somebody else has to believe.

Vocabulary: a *claim* states a purchase at a shop; it *passes* by rule, or waits for the shop or for the city, who
accept it (whole or in part) or reject it; a rejected one may be *appealed* once. An accepted claim is a purchase
like any other. *Limits* bound what is stated and what passes; a *flag* says that something looks odd, and people
decide what it means. *Terms* are the table of all these numbers.
"""
