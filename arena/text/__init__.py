"""What a text looks like to an eye or a terminal: made printable, told apart from its look-alikes."""
