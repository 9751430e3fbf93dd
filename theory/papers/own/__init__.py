"""Results of signproof's own, stated and proved here."""

PAPER = "own"
