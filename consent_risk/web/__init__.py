"""The web app: widgets in, Assessment out. No arithmetic here; page and PDF draw the same numbers."""
