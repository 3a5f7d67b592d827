"""Outcomes and deliveries joined to the caller's rows."""
