"""The values of cases, metric by metric."""
