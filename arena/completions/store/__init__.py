"""The completions that were paid for, on disk: diskcache, inside the defences that it lacks.

cache: an answer is whole or not there. Every write is a transaction, a lock is met early and for seconds only, and a
damaged database is set aside and rebuilt from the answers that are whole.

database: diskcache turns what stands in its database into settings and files. Here everything is read through a
connection that only reads, once schema and settings are known to be ours.

raw_disk: diskcache unpickles what a row tells it to (CVE-2025-69872, which no release fixes), and opens or deletes the
files that a row names. Here a row is inline raw bytes or corrupt.

codec: an answer whose bytes changed is none. Each carries a checksum of itself and its key.

folder: a link would lead out of the project, an open mode to other users, a repair into what another process reads.

claims: two processes would pay for one answer.
"""
