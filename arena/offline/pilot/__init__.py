"""A finished run as the pilot of the next one."""
