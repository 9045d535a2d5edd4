"""`python -m consent_risk` is the command line."""

from consent_risk.cli import main

main()
