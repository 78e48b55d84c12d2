"""A project's files: read strictly, every mistake with its file, line and key, and turned into values."""

from .complaints import ConfigErrors
from .project import FILE, Configuration, load, load_destination_file, select

__all__ = ["FILE", "ConfigErrors", "Configuration", "load", "load_destination_file", "select"]
