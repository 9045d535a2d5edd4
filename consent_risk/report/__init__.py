"""Drawings of one frozen `Assessment`: charts and the PDF. No arithmetic beyond writing figures down."""
