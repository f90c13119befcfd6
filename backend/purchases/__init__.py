"""A purchase is recorded once, with what it earned and why.

Vocabulary: a *till code* is what a shop shows for one sale: signed, short-lived, single-use, with the amount; to
*scan* is to read any such text; to *resolve* is to say what it means without using it up; a *purchase* is the
record that a citizen bought something; its *awards* are the points it earned, one a campaign.
"""
