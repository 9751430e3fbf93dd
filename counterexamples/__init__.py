"""Counterexamples: named ones, one file each, and the corpus of witnesses that every test run replays."""
