"""Families of problems, with constants that are known exactly or enclosed."""
