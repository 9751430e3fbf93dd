"""Documents in the languages of other proof checkers."""
