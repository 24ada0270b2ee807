"""The kinds of metric: what each can be, what proves it, and how it is estimated."""
