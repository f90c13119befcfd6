"""The clock's face: what happens without anybody asking, one domain call a job, and the worker that runs it.

A *sender* hands over what waits in the outboxes; *housekeeping* lets points lapse and forgets what was kept
long enough. Nothing here decides: rules and statements stand in the features.
"""
