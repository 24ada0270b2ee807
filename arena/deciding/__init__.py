"""Estimate and criterion to pass, fail or inconclusive; judge health. Pure."""
