"""Proofs as they are written in Python: steps in SymPy terms, checked while they are written."""
