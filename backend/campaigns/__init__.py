"""When, where and how much extra: pure rules from a purchase's facts to awards.

Vocabulary: a *campaign* has a rule (data), a period and a hard *budget*, which is a funding account of the
ledger; the *base programme* is the campaign that always runs. A rule gives a *verdict* for every purchase: an
award of points, or a refusal with its reason. A *counter* keeps what a person has had of a campaign in a day.
"""
