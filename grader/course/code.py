"""Python files of a course, imported by path."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType

from grader.course.walk import is_own
from grader.errors import SpecificationError

PACKAGE = "__init__.py"  # what makes a folder one


def forget_code(folder: Path, *files: Path) -> None:
    """Forget whatever was imported from below `folder` or is one of `files`: what has changed there is then imported anew.

    Python and pytest know a module by its name alone, and one process may grade before and after a course was corrected.
    Libraries stay, also where a student has made the environment in the lab's own folder: NumPy cannot be imported twice.
    """
    below = str(folder) + os.sep
    names = {str(path) for path in files}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")  # not by attribute: of a lazy module that would import more
        if isinstance(file, str) and (file in names or (file.startswith(below) and is_own(Path(file), folder))):
            del sys.modules[name]


def load_file(path: Path) -> ModuleType:
    """A Python file of the course as a module of its own; raises `SpecificationError` when it does not import."""
    is_package = path.name == PACKAGE
    name = f"course_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}_{path.parent.name if is_package else path.stem}"
    if name in sys.modules:
        return sys.modules[name]
    below = [str(path.parent)] if is_package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=below)
    if spec is None or spec.loader is None:
        raise SpecificationError(f"{path}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise _not_imported(path, error) from error
    return module


def load_files(path: Path) -> list[ModuleType]:
    """The module of a Python file, and of a package's `__init__.py` the package's modules too, by their names.

    Those may import one another (`from .other import name`). Raises `SpecificationError` when one does not import.
    """
    modules = [load_file(path)]
    for file in files_of(path):
        if file != path:
            try:
                modules.append(importlib.import_module(f"{modules[0].__name__}.{file.stem}"))
            except Exception as error:
                raise _not_imported(file, error) from error
    return modules


def _not_imported(path: Path, error: Exception) -> SpecificationError:
    """The file with the deepest of its lines that was running; a syntax error tells its line itself."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    place = f"{path}:{lines[-1]}" if lines else str(path)
    if isinstance(error, SpecificationError):
        return SpecificationError(f"{place}: {error}")
    return SpecificationError(f"{place}: does not import: {type(error).__name__}: {error}")


def files_of(path: Path) -> list[Path]:
    """The file, and of a package's `__init__.py` the files beside it too; none where there is no such file."""
    if not path.is_file():
        return []
    return [path, *sorted(set(path.parent.glob("*.py")) - {path})] if path.name == PACKAGE else [path]
