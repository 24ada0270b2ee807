"""Numbers in, numbers out: numpy and scipy, nothing of arena."""
