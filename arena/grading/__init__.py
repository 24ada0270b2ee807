"""Scores of one completion by deterministic rules and pass/fail judge checks."""
