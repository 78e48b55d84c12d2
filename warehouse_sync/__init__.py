"""warehouse-sync keeps audience lists on ad platforms equal to tables in a data warehouse.

`from warehouse_sync import Project` is the Python API; see docs/python.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .project import Project

__all__ = ["Project", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`Project`, imported when it is first asked for: `import warehouse_sync` alone stays quick."""
    if name != "Project":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .project import Project

    return Project
