"""A ranking of several variants: every pair of them judged, and all put on one scale."""
