"""The simulation study: how often intervals miss and gates err, point by point."""
