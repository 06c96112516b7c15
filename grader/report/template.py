"""jinja2 as both pages use it: autoescape on, the language's words, the style sheet inlined, the policy that seals it.

The content security policy lists the hash of exactly the style sheet and the script that the page carries (CSP Level 3,
2.3.1), so that even markup that slipped past the escaping could load nothing, run nothing and restyle nothing.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.i18n import translator
from grader.report.number import format_number, format_percent, reword_numbers
from grader.report.text import DETAIL_LIMIT, clamp, prose, split_title
from grader.report.wording import TEST_SYMBOLS, submission_sentence, submission_word, test_word

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Assets:
    """What a page inlines, and the policy that allows nothing else."""

    style: Markup
    script: Markup
    policy: str


@lru_cache(maxsize=8)
def assets(styles: tuple[str, ...], script: str = "") -> Assets:
    """Read the style sheets and the script of a page from `templates/`."""
    style = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in styles)
    code = (_FOLDER / script).read_text(encoding="utf-8") if script else ""
    policy = [
        "default-src 'none'",
        f"style-src {_source(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if code:
        policy.append(f"script-src {_source(code)}")
    return Assets(Markup(style), Markup(code), "; ".join(policy))  # noqa: S704 -- the package's own files


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=8)
def environment(language: str) -> Environment:
    """Templates whose words, numbers and plurals are the language's."""
    translations = translator(language)
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    # Installed by the extension at run time, which the type stubs do not know.
    made.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "number": partial(format_number, language=language),
        "reword_numbers": partial(reword_numbers, language=language),
        "percent": partial(format_percent, language=language),
        "prose": prose,
        "clamp": partial(clamp, limit=DETAIL_LIMIT),
        "split_title": split_title,
        "test_word": partial(test_word, translations=translations),
        "submission_word": partial(submission_word, translations=translations),
        "submission_sentence": partial(submission_sentence, translations=translations),
    }
    made.globals |= {"language": language, "symbols": TEST_SYMBOLS}
    return made
