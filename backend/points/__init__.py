"""The ledger. Every movement of points is a transaction whose entries sum to zero, and is never edited.

Vocabulary: an *account* holds points (a funding budget, a citizen, a shop, the lapsed points, the issuance they
all come from); its *balance* is kept in one or several *slices*, so that many writers need not queue for one row;
a *lot* is what one grant gave a citizen, with the day it expires; *lapse* is what happens to a lot nobody spent.
The ledger knows no purchase and no campaign: a transaction carries the id of what caused it, nothing more.
"""
