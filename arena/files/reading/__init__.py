"""Bytes to plain values: YAML, JSON, tables, and where each mistake stands."""
