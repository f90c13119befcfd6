"""A message on its way: started once, taken in batches under a lease, each recipient settled by itself.

A *batch* is what one worker takes of its shard at a time. It is marked `sending` and committed before the network
is asked, and *settled* afterwards. What a dead worker left in `sending` the *sweep* finds.
"""
