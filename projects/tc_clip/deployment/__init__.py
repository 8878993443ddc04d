"""Exports a model to a file that runs without this project."""
