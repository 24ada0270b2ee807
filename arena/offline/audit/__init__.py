"""Audit: whether a judge may be trusted, by what people said of the same answers."""
