"""Everything that an app shows without network, and what changed of it since."""
