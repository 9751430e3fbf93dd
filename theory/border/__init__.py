"""The border between what users write and what it means: rules asked on copies, purity, homes, consistency."""
