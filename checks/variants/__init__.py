"""Variants: optax transformations, asked whether they obey the bounds that are claimed of other methods."""
