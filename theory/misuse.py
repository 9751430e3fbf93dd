"""What a user did wrong."""

LONGEST = 200
"""Characters of an exception that are told: a library's may fill pages."""
FIXES = (
    (("TracerBool", "'>' not supported", "'<' not supported"), "a rule cannot branch: use xp.sign, xp.abs, xp.larger"),
    (
        ("carry", "pytree", "valid JAX type"),
        "memory must be a tuple of vectors and numbers, with the same structure at every step",
    ),
    (("Cannot convert expression to float",), "a rule must use its own fields, self.step_size, not a claim's symbols"),
    (("no attribute 'upper'", "no attribute 'lower'"), "constant must return an Enclosure(lower, upper) or None"),
    (
        ("Ball", "Tracer", "fmpq", "Rebound"),
        "use xp's functions, not np's or jnp's: xp.sum, xp.abs; write 0.5 as xp.rational(1, 2)",
    ),
)
"""What is to be done about exceptions that tell of arithmetics rather than of a rule, by words in them."""


class Misuse(ValueError):
    """Something that was given cannot be used; the message is one line that says what, where and the fix.

    The command line prints it and exits with 2.
    """


def named(error: BaseException) -> str:
    """An exception in one line: its kind and what it says. That is code, too, of a user's, and may raise itself."""
    kind = type(error).__name__
    try:
        text = str(error)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return kind
    said = " ".join(f"{kind}: {text}".split())
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]}..."
    return said + next((f" ({fix})" for marks, fix in FIXES if any(mark in text for mark in marks)), "")
