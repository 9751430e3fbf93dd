"""What a user did wrong."""


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
    return " ".join(f"{kind}: {text}".split())
