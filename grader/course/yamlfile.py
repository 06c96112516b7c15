"""A YAML file of a course as plain values. A key that stands twice is an error, and whatever is wrong is said of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from grader.errors import SpecificationError


def read_yaml(path: Path) -> Any:
    """What the file holds; None when it is empty. Raises `SpecificationError` for one that cannot be read or is not YAML."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SpecificationError(f"{path}: is not YAML: it is no text in UTF-8", remedy="save it as UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        words = " ".join(str(error).split()).replace('"<unicode string>", ', "")  # the file, as yaml calls it
        raise SpecificationError(f"{path}: is not YAML: {words}") from error


class _UniqueKeys(yaml.SafeLoader):
    """YAML lets the last of two equal keys win in silence; a grade must not hang on that."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", key_node.start_mark)
            if isinstance(key, str):
                seen.add(key)
        return super().construct_mapping(node, deep)
