"""The verbs of a campaign: drafted, reviewed, approved by a second person, scheduled, paused, ended, reported."""
