"""Campaigns: many small units of work on claims, in one process, in several, or on a cluster, kept in a file."""
