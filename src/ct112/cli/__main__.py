"""`python -m ct112.cli`."""

from ct112.cli.main import main

main()
