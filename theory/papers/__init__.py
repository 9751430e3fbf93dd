"""The claims, one file for each theorem, statement and proof side by side."""
