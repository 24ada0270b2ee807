"""What people write, made explicit: the shapes of a file to the records of a run, and what must hold between them."""
