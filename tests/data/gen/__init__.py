"""Generators of the test and demonstration files."""
