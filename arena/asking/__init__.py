"""The protocol of a question to a judge: its material, its fence, its reply."""
