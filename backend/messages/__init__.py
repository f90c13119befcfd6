"""What the city and the shops say to many: written, approved by a second person, sent once, at a decent hour.

Vocabulary: a *message* goes from draft to done; its words come from a *template*, approved by version. When it
starts, its audience becomes *recipients*, numbered once and for all, and cut into *shards*, each of which one
worker sends at a time, under a lease. A *trigger* is what tells somebody without anybody writing a message.
"""
