"""Purchases that a till or a phone stored while it had no network, recorded many at once.

A batch gives what its purchases would give if they were sent one by one in the same order: a *tally* carries what
each of them changed on to the next. What is read is read for all at once, and what is written is one list.

Stored purchases earn. They spend no points and redeem no coupons: whoever stood at the till had nobody to ask what
those were worth, and paid in full.
"""
