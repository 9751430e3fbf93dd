"""What tests of optimizers draw from."""
