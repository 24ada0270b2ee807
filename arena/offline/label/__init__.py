"""Labelling by people: which answers are compared, in which order, and whose labels may come in."""
