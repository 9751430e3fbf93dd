"""The papers' figures as experiments, one file each."""
