"""One file per vendor SDK, one table line per vendor: Request to Completion or CallFailure; prices."""
