"""Videos of a moving shape, and a model that sees its colour."""
from tests.moving_shapes import config, inferencer, moving  # noqa: F401
