"""TC-CLIP for MMAction2: importing this package registers all its parts."""
from . import compat

compat.apply()

# Each of these packages registers parts at import.
from . import apis, datasets, engine, models  # noqa: E402
from .config_files import config_file  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = [
    '__version__', 'apis', 'config_file', 'datasets', 'engine', 'models'
]
