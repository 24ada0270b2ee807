"""Judgments to evidence, once: merged orders, panels, suspicions, the health of judges."""
