"""Last stage: outcomes joined to the caller's rows."""
