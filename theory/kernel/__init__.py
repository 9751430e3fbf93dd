"""The kernel and its trusted table."""
