"""What people write: strict models, one a file and one a check."""
