"""What a citizen is told: announced inside the transaction that causes it, sent outside it.

Vocabulary: a *notice* stands in the citizen's inbox; a *device* is an installation of the app that pushes can
reach; a *delivery* (the outbox) is one notice on its way to one device.
"""
