"""Writes lists of videos from official annotation or published lists."""
