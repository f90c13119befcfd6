"""What a shop's own system is told: queued inside the transaction that causes it, posted outside it.

Vocabulary: a *webhook* is an address of a shop's system with a secret; a *subscription* names a type of event it
wants; a *delivery* is one event on its way to one webhook. Events come at least once and in no promised order; their
id tells a repetition. None says who the citizen is.
"""
