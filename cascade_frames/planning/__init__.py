"""First stage: a segment and a mapping become a plan. Nothing here talks to the network."""
