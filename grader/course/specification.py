"""The specification of an assignment, `assignment.yaml`, as frozen records.

Strict: an unknown key, a wrong type or points that do not add up are errors, never a default. `read_specification` is the one
place where such a file is read; every error names file, key, value and the nearest key that exists.

Left out on purpose: tests, references and comparisons, which are Python files beside it.
"""

from __future__ import annotations

import difflib
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)

from grader.errors import SpecificationError

SCHEMA = "grader/assignment/1"
JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
LANGUAGES = ("en", "ru")

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=64)]
PartIdentifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Specification(BaseModel):
    """Base: frozen, strict about types, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Text(Specification):
    """A sentence in each of the languages; a bare string stands for all of them."""

    en: str = ""
    ru: str = ""

    @model_validator(mode="before")
    @classmethod
    def _accept_string(cls, value: Any) -> Any:
        return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value

    def in_language(self, language: str) -> str:
        """The text in `language`, else in any."""
        return getattr(self, language, "") or self.en or self.ru


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Style = Literal["call", "method", "module_class", "forward_hook", "variable"]
Form = Literal["torch", "numpy", "list"]


class Parameter(Specification):
    """An argument of a part: its role, which is also the canonical parameter name, and other names for it.

    `optional`: a submission may take it from its own globals (a model) instead of as an argument.
    """

    role: PartIdentifier
    aliases: Names = ()
    optional: bool = False


class Part(Specification):
    """One graded part: what it is called, what it takes, and which styles of answering count.

    Attributes:
        names: accepted names in order of preference, the canonical one first; compared without case and underscores.
        parameters: in canonical order.
        styles: `call` (a function), `method` (of a class of the submission), `module_class` (a class to make and call),
            `forward_hook` (registered at top level), `variable` (a value instead of a function).
        accepts: forms in which arrays are offered, in order.
        batch_axis: roles whose leading axis of length one may be dropped or added when a call fails.
        one_by_one: roles whose items are given one at a time when a call on the batch fails.
        index_forms: roles tried as an int, then as a list or an array of one.
        keywords: words in a function's name that tell what it is for, where nothing has one of the names.
        variable_model: the model that a submission's own network stands for: a function that takes no model, and a `variable`,
            are compared with its fixture.
        variable_axes: of the arrays that could be the `variable`, those with so many axes come first.
        hook_layer: the layer whose forward hook answers the part, where several were registered.
    """

    id: PartIdentifier
    title: Text
    points: PositiveFloat | PositiveInt
    names: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
    parameters: Annotated[tuple[Parameter, ...], BeforeValidator(_as_tuple)] = ()
    styles: Annotated[tuple[Style, ...], BeforeValidator(_as_tuple)] = ("call",)
    accepts: Annotated[tuple[Form, ...], BeforeValidator(_as_tuple)] = ("list",)
    batch_axis: Names = ()
    one_by_one: Names = ()
    index_forms: Names = ()
    keywords: Names = ()
    variable_model: str = ""
    variable_axes: Annotated[int, Field(ge=0)] = 0
    hook_layer: str = ""

    @model_validator(mode="after")
    def _check_roles(self) -> Part:
        roles = [parameter.role for parameter in self.parameters]
        for role in (*self.batch_axis, *self.one_by_one, *self.index_forms):
            if role not in roles:
                raise ValueError(f"{role!r} is no role of part {self.id!r}; its roles are {', '.join(roles)}")
        return self


class ModelSpecification(Specification):
    """A network for tests and submissions.

    Attributes:
        factory: dotted name of a function or class that builds it without arguments; `networks.<name>` is one of the
            assignment's own `networks.py`, which submissions see too. A class may have a static method
            `convert(published) -> state dictionary`.
        weights: `seeded` (drawn from `seed`), `imagenet` (torchvision's, downloaded once), `file`.
        seed: of torch's generator while it is built.
        version: of torchvision's weights.
        file: path from the assignment's folder, or `package:<package>/<path within it>`.
        sha256: of that file, hexadecimal.
        hub: file names under which torchvision looks for its weights.
    """

    factory: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")]
    weights: Literal["seeded", "imagenet", "file"] = "seeded"
    seed: Annotated[int, Field(ge=0)] = 0
    version: Literal["IMAGENET1K_V1", "IMAGENET1K_V2"] = "IMAGENET1K_V1"
    file: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    hub: Names = ()

    @model_validator(mode="after")
    def _check_file(self) -> ModelSpecification:
        if (self.weights == "file") is not bool(self.file and self.sha256):
            raise ValueError("file and sha256 must be given with weights: file, and with nothing else")
        return self


class Limits(Specification):
    """What one submission may use. Times are wall-clock seconds; sizes are 2**20 bytes."""

    load_seconds: PositiveFloat | PositiveInt = 60
    cell_seconds: PositiveFloat | PositiveInt = 20
    call_seconds: PositiveFloat | PositiveInt = 10
    total_seconds: PositiveFloat | PositiveInt = 180
    memory_mb: PositiveInt = 2048
    processes: PositiveInt = 64
    disk_mb: PositiveInt = 256
    answer_mb: PositiveInt = 64
    submission_mb: PositiveInt = 20


class Assignment(Specification):
    """The whole of `assignment.yaml`.

    Attributes:
        pass_score: points from which the assignment counts as passed; none by default.
        boundaries: points at which the grade changes, rising; the report tells who is near one.
    """

    schema_: Literal["grader/assignment/1"] = Field(alias="schema")
    id: Identifier
    title: Text
    language: Literal["en", "ru"] = "en"
    points: PositiveFloat | PositiveInt
    pass_score: PositiveFloat | PositiveInt | None = None
    boundaries: Annotated[tuple[PositiveFloat | PositiveInt, ...], BeforeValidator(_as_tuple)] = ()
    reference: str
    files: Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)] = ("*.ipynb", "*.py")
    preload: Names = ()
    models: dict[PartIdentifier, ModelSpecification] = {}
    pictures: str = ""
    limits: Limits = Limits()
    parts: Annotated[tuple[Part, ...], BeforeValidator(_as_tuple), Field(min_length=1)]

    @model_validator(mode="after")
    def _check_parts(self) -> Assignment:
        ids = [part.id for part in self.parts]
        twice = {name for name in ids if ids.count(name) > 1}
        if twice:
            raise ValueError(f"parts: the id {twice.pop()!r} is used twice")
        total = math.fsum(part.points for part in self.parts)
        if not math.isclose(total, self.points):
            raise ValueError(f"points: the parts add up to {total:g}, but points is {self.points:g}")
        for part in self.parts:
            if part.variable_model and part.variable_model not in self.models:
                raise ValueError(f"part {part.id!r}: no model {part.variable_model!r}; there are {', '.join(self.models)}")
        return self

    @model_validator(mode="after")
    def _check_boundaries(self) -> Assignment:
        if self.pass_score is not None and self.pass_score > self.points:
            raise ValueError(f"pass_score: {self.pass_score:g} is more than the {self.points:g} points that there are")
        for low, high in pairwise(self.boundaries):
            if low >= high:
                raise ValueError(f"boundaries: must rise from one to the next, but {high:g} follows {low:g}")
        if self.boundaries and self.boundaries[-1] > self.points:
            raise ValueError(f"boundaries: {self.boundaries[-1]:g} is more than the {self.points:g} points that there are")
        return self

    def part(self, identifier: str) -> Part:
        """The part of that id. Raises `KeyError`."""
        return {part.id: part for part in self.parts}[identifier]


def read_specification(path: Path) -> Assignment:
    """Read and check one `assignment.yaml`.

    Raises `SpecificationError` for a file that cannot be read, is not YAML, or breaks the schema.
    """
    try:
        tree = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506  a SafeLoader
    except OSError as error:
        raise SpecificationError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise SpecificationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, dict):
        raise SpecificationError(f"{path}: must be a mapping of keys to values")
    try:
        return Assignment.model_validate(tree)
    except ValidationError as error:
        raise SpecificationError("\n".join(_sentence(path, item) for item in error.errors())) from error


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


def _sentence(path: Path, error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"] if not _is_type_tag(step))
    value = error["input"]
    shown = f" (found {value!r})" if isinstance(value, str | int | float | bool) or value is None else ""
    if error["type"] == "extra_forbidden":
        *parents, key = error["loc"]
        nearest = difflib.get_close_matches(str(key), _keys_at(tuple(parents)), n=1, cutoff=0.5)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else f"; known keys: {', '.join(_keys_at(tuple(parents)))}"
        return f"{path}: {where}: unknown key {str(key)!r}{shown}{meant}"
    if error["type"] == "literal_error":
        options = re.findall(r"'([^']+)'", str(error["ctx"]["expected"]))
        nearest = difflib.get_close_matches(str(value), options, n=1, cutoff=0.5)
        meant = f"; did you mean {nearest[0]!r}?" if nearest else f"; possible: {', '.join(options)}"
        return f"{path}: {where}: not a possible value{shown}{meant}"
    if error["type"] == "missing":
        return f"{path}: {where}: the key is missing"
    if error["type"] == "value_error":
        prefix = f"{where}: " if where else ""
        return f"{path}: {prefix}{error['ctx']['error']}"
    return f"{path}: {where}: {_YAML_WORDS.get(error['type'], error['msg'])}{shown}"


# pydantic speaks of Python's types; who writes YAML knows these.
_YAML_WORDS = {"tuple_type": "must be a list", "model_type": "must be a mapping of keys to values"}


def _is_type_tag(step: Any) -> bool:
    return isinstance(step, str) and (step in ("int", "float") or "[" in step or "constrained" in step)


def _keys_at(location: tuple[Any, ...]) -> list[str]:
    """The keys that the schema knows at a location."""
    kind: Any = Assignment
    for step in location:
        if step == "parts":
            kind = Part
        elif step == "parameters":
            kind = Parameter
        elif step == "models":
            kind = ModelSpecification
        elif step == "limits":
            kind = Limits
        elif step == "title":
            kind = Text
    return [field.alias or name for name, field in kind.model_fields.items()]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `assignment.yaml`, for editors; shipped as `schemas/assignment-1.schema.json`."""
    schema = Assignment.model_json_schema(by_alias=True)
    text = schema["$defs"]["Text"]
    schema["$defs"]["Text"] = {"anyOf": [{"type": "string"}, text]}
    return {"$schema": JSON_SCHEMA, **schema, "title": "Assignment of a course for `grade`"}
