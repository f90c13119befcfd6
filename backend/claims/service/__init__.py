"""Verbs of claims, a module a noun.

For whoever adds a kind of claim: `stating.state_claim` (or `draft_claim`, then `submit_claim`) takes a Statement
and a Way, says what it became, and is all that a kind needs; who waits, decides and appeals is the same for all.
"""
