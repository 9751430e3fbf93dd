"""From a claim to numbers: its cases, and the ranges of its parameters."""
