"""Deliberate mistakes, each of which the invariants must catch."""

MUTANTS = {}
