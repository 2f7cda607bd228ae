"""The web map and its explorer."""
