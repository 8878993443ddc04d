"""TC-CLIP for MMAction2: importing this package registers all its parts."""
from . import compat

compat.apply()

from .version import __version__  # noqa: E402

__all__ = ['__version__']
