"""Whole conversations under faults: what is lost, what is doubled, how long it takes."""
