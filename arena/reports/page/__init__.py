"""The parts of the page that a duel or a gate is read on."""
