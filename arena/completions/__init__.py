"""Fan-out of requests: cache, retries, limits, budget, resume."""
