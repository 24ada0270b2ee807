"""Commands: one file each; parse, call one procedure, hand the result to a report."""
