"""What is claimed and why it follows: claims, assumptions, algorithms, measures, lemmas and the kernel.

Nothing here imports numeric code, and no floating-point number ever enters.
"""
