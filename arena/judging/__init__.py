"""Rubric prompts, both presentations, parsing; judgments to comparisons."""
