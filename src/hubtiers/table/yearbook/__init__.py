"""Yearbook tables as they are published: cells, heads, layouts, and the values they hold."""
