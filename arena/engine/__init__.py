"""What a run is: planned once and whole, carried out, asked, and finished with its folder."""
