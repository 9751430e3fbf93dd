"""What a user did wrong."""


class Misuse(ValueError):
    """Something that was given cannot be used; the message is one line that says what, where and the fix.

    The command line prints it and exits with 2.
    """
