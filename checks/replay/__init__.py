"""Replays in exact arithmetic, and the witnesses that they confirm."""
