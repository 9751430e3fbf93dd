"""Algorithm 3 on several devices or processes."""
