"""Results to text. A report never computes."""
