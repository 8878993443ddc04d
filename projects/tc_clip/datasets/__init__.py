"""Data pipeline parts that MMAction2 lacks."""
