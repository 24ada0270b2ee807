"""What arena writes: run folders and sealed packs."""
