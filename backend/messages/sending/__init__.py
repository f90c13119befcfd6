"""From an approved message to pushes: recipients are numbered, shards taken, each outcome written down."""
