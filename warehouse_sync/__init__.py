"""warehouse-sync keeps audience lists on ad platforms equal to tables in a data warehouse."""

__version__ = "0.1.0"
