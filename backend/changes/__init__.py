"""What changed since a phone last asked, so that it can keep a copy and show it without network.

Vocabulary: a *kind* is what a phone keeps copies of (shops, products, offers, campaigns, notices); a *change* is the
last time something of a kind became another; its *number* is that of the transaction in which it did; a *mark* is a
number below which every transaction has ended, so that nothing can still appear below it; a *pass* is one telling of
everything from one mark to the next, in pages; an *epoch* is the time in which numbers can be compared: it ends when
the database is put back from a copy.

The database itself notes changes, by triggers (see the migration), whoever makes them.
"""
