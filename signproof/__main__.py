"""`python -m signproof`."""

from signproof.cli import main

main()
