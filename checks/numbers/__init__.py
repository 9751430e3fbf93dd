"""The arithmetics: plain floats, balls, exact rationals."""
