"""Experiments on golden data."""
