"""Tally: what judgments say that somebody else made."""
