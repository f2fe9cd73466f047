"""Library name -> file -> exported symbols, as the dynamic loader finds them. Files are read, never loaded."""

from ffi_core.library.library import Library
from ffi_core.library.locating import dependencies, locate, resolve
from ffi_core.library.location import Location, Step
from ffi_core.library.near import is_slip
from ffi_core.library.reading import open_library

__all__ = ["Library", "Location", "Step", "dependencies", "is_slip", "locate", "open_library", "resolve"]
