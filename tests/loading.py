"""Tools as modules: they are scripts, not part of the package."""
import importlib.util
import sys
from pathlib import Path

TOOLS = Path(__file__).parents[1] / 'tools'


def load_tool(name):
    """Returns ``tools/NAME.py`` as a new module; it may import neighbours."""
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location(name,
                                                      TOOLS / f'{name}.py')
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(TOOLS))
    return module
