"""What follows for real numbers: normal forms, limits, the exponential, and questions put to Z3."""
