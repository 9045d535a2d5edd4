"""The law as data: dated, cited rules, and what each of them decides at the agreement and person gates."""
