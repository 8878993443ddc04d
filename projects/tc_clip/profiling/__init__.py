"""Measures time and memory of models, and the cost of reading videos."""
