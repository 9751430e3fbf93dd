"""Proofs as documents: inert data, the same bytes for the same proof, that anybody can read and check."""
