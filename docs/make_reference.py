"""Write the tables of the reference anew: commands, schemas, fixtures, what `grader.testing` holds, the action's inputs.

    .venv/bin/python docs/make_reference.py

They stand in pages written by hand, between `<!-- NAME: begin -->` and `<!-- NAME: end -->`, and come from the code alone.
`tests/docs/test_reference.py` fails while a page is not what this makes it.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import GenericAlias
from typing import Any, get_args

import yaml

import grader
from grader import testing
from grader.ci.workflows import TEMPLATES
from grader.cli.main import app
from grader.course.bundle import Bundle
from grader.course.specification import json_schema as assignment_schema
from grader.judge.check import Check
from grader.judge.plugin import JudgePlugin
from grader.report.similarity import json_schema as similarity_schema
from grader.results import json_schema as results_schema

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent
_WIDTH = 100
_LISTED = r"\n\n(?:Attributes|Args):\n"


def commands() -> Iterator[str]:
    """Every command: what it does, how it is called, its options."""
    for name in sorted(name for name in app if not name.startswith("-")):
        command = app[name]
        about = inspect.cleandoc(command.help or "").partition("\n\nParameters\n")[0]
        arguments = [one for one in command.assemble_argument_collection(parse_docstring=True) if one.parameter.show is not False]
        yield f"## grade {name}\n\n{about}\n"
        yield f"```text\n{_usage(name, arguments)}\n```\n"
        yield "| Argument | Value | Default | |\n| --- | --- | --- | --- |"
        for one in arguments:
            names = _shown_name(one) if _is_positional(one) else ", ".join(f"`{each}`" for each in one.names)
            yield f"| {names} | {_value(one)} | {_default(one)} | {_cell(one.parameter.help or '')} |"
        yield ""


def _is_positional(one: Any) -> bool:
    return one.field_info.kind in (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def _shown_name(one: Any) -> str:
    return f"`{one.names[0].lstrip('-').upper()}`"


def _usage(name: str, arguments: list[Any]) -> str:
    words = [f"grade {name}"]
    for one in arguments:
        if _is_positional(one):
            word = one.names[0].lstrip("-").upper()
            word += "..." if one.field_info.kind is inspect.Parameter.VAR_POSITIONAL else ""
            words.append(word if one.required else f"[{word}]")
        elif one.required:
            words.append(f"{one.names[0]} {'|'.join(one.get_choices() or ()) or _value(one).upper()}")
    optional = any(not one.required and not _is_positional(one) for one in arguments)
    return " ".join(words + ["[OPTIONS]"] * optional)


def _value(one: Any) -> str:
    choices = one.get_choices()
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    kinds = {kind for hint in (one.hint, *get_args(one.hint)) for kind in (hint, *get_args(hint))}
    return next(
        (word for kind, word in ((bool, ""), (int, "number"), (float, "number"), (Path, "path"), (str, "text")) if kind in kinds),
        "",
    )


def _default(one: Any) -> str:
    default = one.field_info.default
    if one.required:
        return "required"
    return "" if default in (inspect.Parameter.empty, None, "", False, []) else f"`{default}`"


def assignment() -> Iterator[str]:
    """Every key of `assignment.yaml`."""
    schema = assignment_schema()
    schema["$defs"]["Text"] = schema["$defs"]["Text"]["anyOf"][1]
    schema["title"] = "assignment.yaml"
    yield from _tables(schema)


def results() -> Iterator[str]:
    """Every key of `results.json`."""
    yield from _tables({**results_schema(), "title": "results.json"})


def similarity() -> Iterator[str]:
    """Every key of `similar.json`, less the records that it shares with `results.json`."""
    schema = {**similarity_schema(), "title": "similar.json"}
    shared = results_schema()["$defs"]
    schema["$defs"] = {name: one for name, one in schema["$defs"].items() if name not in shared}
    yield from _tables(schema, known=set(shared))


def bundle() -> Iterator[str]:
    """Every key of `released/bundle.json`."""
    yield from _keys(Bundle.model_json_schema(by_alias=True))


def gradescope() -> Iterator[str]:
    """Every key of Gradescope's `results.json`."""
    text = (Path(grader.__file__).parent / "schemas" / "gradescope-results.schema.json").read_text("utf-8")
    schema = json.loads(text)
    yield from _keys(schema)
    yield "A test:\n"
    yield from _keys(schema["$defs"]["test"])


def _tables(schema: dict[str, Any], known: Collection[str] = ()) -> Iterator[str]:
    """The root, then what it is made of, in the order in which a reader meets it; what is `known` is explained elsewhere."""
    definitions = schema.get("$defs", {})
    waiting, seen = [(schema["title"], schema)], set()
    while waiting:
        name, one = waiting.pop(0)
        if name in seen or "properties" not in one:
            continue
        seen.add(name)
        yield f"### {name}\n\n{_paragraphs(one.get('description', ''))}\n"
        yield from _keys(one)
        waiting += [
            (each, definitions[each])
            for each in re.findall(r'"#/\$defs/(\w+)"', json.dumps(one["properties"]))
            if each not in known
        ]
    for name, one in definitions.items():
        if "enum" in one:
            about, _, members = one.get("description", "").partition("\n\n")
            told = [re.sub("^(`.*?`): ", r"| \1 | ", _cell(line)) + " |" for line in members.splitlines()]
            table = "\n".join(["| Value | |", "| --- | --- |", *told]) if told else _choices(one)
            yield f"### {name}\n\n{_paragraphs(about)}\n\n{table}\n"


def _keys(one: dict[str, Any]) -> Iterator[str]:
    told = any("description" in value for value in one["properties"].values())
    yield "| Key | Value | Default |" + " |" * told
    yield "| --- | --- | --- |" + " --- |" * told
    for key, value in one["properties"].items():
        needed = key in one.get("required", ())
        default = "required" if needed else _json_default(value)
        yield f"| `{key}` | {_kind(value)} | {default} |" + f" {_cell(value.get('description', ''))} |" * told
    yield ""


def _json_default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if default in (None, "", [], {}) or isinstance(default, dict):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _kind(value: dict[str, Any]) -> str:
    """A value's type in a few words; a record is a link to its table."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"`{name}`" if name in ("format", "visibility", "test") else f"[{name}](#{name.lower()})"
    if "enum" in value or "const" in value:
        return _choices(value)
    options = value.get("anyOf") or value.get("oneOf") or []
    if options:
        words = dict.fromkeys(_kind(option) for option in options)
        if "number" in words:
            words.pop("whole number", None)
        return " or ".join(words)
    kind = value.get("type")
    if isinstance(kind, list):
        return " or ".join(_kind({"type": each}) for each in kind)
    if kind == "array":
        return f"list of {_kind(value['items'] if 'items' in value else value['prefixItems'][0])}"
    if kind == "object":
        inner = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), None)
        return f"mapping of names to {_kind(inner)}" if isinstance(inner, dict) else "mapping"
    words_of = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "nothing"}
    return words_of[str(kind)]


def _choices(value: dict[str, Any]) -> str:
    return ", ".join(f"`{one}`" for one in value.get("enum", [value.get("const")]))


def fixtures() -> Iterator[str]:
    """The fixtures of a test."""
    yield "| Fixture | |\n| --- | --- |"
    names = ("check", "submission", "reference", "models", "pictures", "seed")
    for name in names:
        yield f"| `{name}` | {_cell(inspect.getdoc(getattr(JudgePlugin, name)._get_wrapped_function()) or '')} |"
    yield ""


def check() -> Iterator[str]:
    """How `check` is called: the fixture that every test has."""
    yield f"```python\n{_signature('check.<part>', Check._check, without=('self', 'part'))}\n```\n"
    yield f"{_paragraphs(inspect.getdoc(Check) or '')}\n"


def api() -> Iterator[str]:
    """What `grader.testing` holds."""
    for name in testing.__all__:
        value = getattr(testing, name)
        if not callable(value) or isinstance(value, GenericAlias) or not (inspect.isclass(value) or inspect.isfunction(value)):
            yield f"### {name}\n\n```python\n{name} = {_alias(value)}\n```\n"
            continue
        yield f"### {name}\n\n```python\n{_signature(name, value)}\n```\n"
        about, *listed = re.split(_LISTED, inspect.getdoc(value) or "", maxsplit=1)
        yield f"{_paragraphs(about)}\n"
        for key, meaning in re.findall(r"^    (\w+): (.*(?:\n        .*)*)", "".join(listed), re.MULTILINE):
            yield f"- `{key}`: {' '.join(meaning.split())}"
        yield from _methods(value)
        yield ""


def _signature(name: str, value: Any, without: Collection[str] = ("self",)) -> str:
    signature = inspect.signature(value)
    words, starred = [], False
    for one in signature.parameters.values():
        if one.name in without:
            continue
        starred = starred or one.kind is one.VAR_POSITIONAL
        if one.kind is one.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        words.append(_parameter(one))
    answer = signature.return_annotation
    after = "" if inspect.isclass(value) or answer in (None, "None", signature.empty) else f" -> {_annotation(answer)}"
    line = f"{name}({', '.join(words)}){after}"
    return line if len(line) <= _WIDTH else "\n".join([f"{name}(", *(f"    {word}," for word in words), f"){after}"])


def _parameter(one: inspect.Parameter) -> str:
    stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
    made = type(one.default).__name__ == "_HAS_DEFAULT_FACTORY_CLASS"  # a dataclass's default_factory
    default = (
        ""
        if one.default is one.empty
        else " = ..."
        if made
        else f" = {json.dumps(one.default) if isinstance(one.default, str) else repr(one.default)}"
    )
    return f"{stars}{one.name}: {_annotation(one.annotation)}{default}"


def _annotation(annotation: Any) -> str:
    return annotation.replace("npt.", "") if isinstance(annotation, str) else _alias(annotation)


def _methods(value: Any) -> Iterator[str]:
    if not inspect.isclass(value) or issubclass(value, BaseException):
        return
    found = [(name, one) for name, one in vars(value).items() if inspect.isfunction(one) and not name.startswith("_")]
    for name, one in found:
        yield f"- `.{_signature(name, one)}`: {_cell(inspect.getdoc(one) or '')}"


def _alias(value: Any) -> str:
    if hasattr(value, "__name__") and not get_args(value):
        return str(value.__name__)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", str(value)).replace("'", '"')


def action() -> Iterator[str]:
    """The inputs of the GitHub action."""
    document = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
    yield "| Input | Default | |\n| --- | --- | --- |"
    for name, one in document["inputs"].items():
        default = f"`{one['default']}`" if one["default"] else ""
        yield f"| `{name}` | {default} | {_cell(one['description'])} |"
    yield ""


def templates() -> Iterator[str]:
    """The workflow templates and what each says of itself."""
    yield "| Template | |\n| --- | --- |"
    for path in sorted(TEMPLATES.iterdir()):
        head = [line.lstrip("# ") for line in path.read_text("utf-8").splitlines()]
        comment = " ".join(head[: next(number for number, line in enumerate(head) if line.startswith(("name:", "image:")))])
        yield f"| `grader/ci/templates/{path.name}` | {_cell(comment)} |"
    yield ""


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(piece.split()) if "::" not in piece else piece for piece in text.split("\n\n"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, dict[str, Callable[[], Iterator[str]]]] = {
    "reference/commands.md": {"commands": commands},
    "reference/assignment.md": {"assignment.yaml": assignment},
    "reference/results.md": {
        "results.json": results,
        "similar.json": similarity,
        "bundle.json": bundle,
        "gradescope": gradescope,
    },
    "reference/author.md": {"fixtures": fixtures, "check": check, "testing": api},
    "ci.md": {"action": action, "templates": templates},
}


def current(page: str, text: str) -> str:
    """The page with its tables as the code gives them. Raises `ValueError` where a mark is missing."""
    for name, make in PAGES[page].items():
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{page}: needs {begin.strip()} and {end} once each")
        before, _, rest = text.partition(begin)
        table = re.sub(r"\n{3,}", "\n\n", "\n".join(make()))
        text = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    """Write every page."""
    for page in PAGES:
        path = DOCS / page
        path.write_text(current(page, path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
