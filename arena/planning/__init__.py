"""How much evidence is needed."""
