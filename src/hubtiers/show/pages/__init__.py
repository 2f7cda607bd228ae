"""Report and tables."""
