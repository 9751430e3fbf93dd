"""The commands, one file each: a function `command`, whose docstring --help shows, and EPILOG with examples."""
