"""Models that are exported once."""
from tests.exported_models import exported  # noqa: F401
