"""Cases on disk: the key of a case and its data drops."""
