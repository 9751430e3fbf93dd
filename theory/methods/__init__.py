"""Methods, each an update rule written once, and the arithmetics that rules are read in as formulas."""
