"""Second stage: a plan's messages go out in batches, and evidence comes back as outcomes."""
