"""May this prompt ship: a duel on the gate's cases, and a verdict on it."""
