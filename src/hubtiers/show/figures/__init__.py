"""Printed figures."""
