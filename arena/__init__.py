"""Prompt Arena: prove that a prompt is better, or say honestly that it cannot be proved."""

__version__ = "0.1.0"
