"""A model that sees the colour of moving shapes."""
from tests.moving_shapes import config, inferencer, moving  # noqa: F401
