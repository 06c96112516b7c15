"""What was found, in lines for a terminal: the words of the report's pages, with the most wanted last.

::

    <file>: <lab>
    part by part, what is not right yet
    what was done to the file
    how many public tests pass, and what is left to hidden ones
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from gettext import NullTranslations

from grader.check.checking import Checked
from grader.i18n import translator
from grader.report.feedback import Finding, PartFeedback, feedback
from grader.report.number import format_number
from grader.report.text import clamp, clean_record
from grader.report.wording import TEST_SYMBOLS, submission_sentence, test_word
from grader.results import SubmissionResult, SubmissionStatus, TestResult, TestStatus

_LIMIT = 600


@dataclass(frozen=True)
class Line:
    """A paragraph: how far it is indented, and what kind of thing it says."""

    text: str
    indent: int = 0
    kind: str = ""  # title, right, wrong, aside, mistake, message, code or nothing


def tell(checked: Checked, *, verbose: bool = False) -> Iterator[Line]:
    """The lines; `verbose` names the tests that pass, too."""
    translations = translator(checked.results.language)
    _ = translations.gettext
    submission = checked.submission
    yield Line(f"{submission.student}: {checked.results.assignment.title}", kind="title")
    yield Line("")
    if submission.status is not SubmissionStatus.GRADED and len({(test.status, test.message) for test in submission.tests}) <= 1:
        yield Line(submission_sentence(submission.status, translations), kind="wrong")
        yield from (Line(clamp(message, _LIMIT), 2) for message in submission.messages)
    else:
        for part in feedback(checked.results.assignment, submission).parts:
            if part.passed or part.findings:
                yield from _part(part, translations, verbose)
            elif not checked.left_out:
                yield Line(f"–  {part.title}: " + _("no public tests"), kind="aside")
        if submission.messages:
            yield Line("")
            yield from _done(submission, translations)
    yield Line("")
    yield from summary(checked)


def closing(checked: Checked) -> Iterator[Line]:
    """What is left to say after every test has said its own: which mistakes it looks like, what was done to the file."""
    translations = translator(checked.results.language)
    submission = checked.submission
    if submission.status is not SubmissionStatus.GRADED:
        yield Line(submission_sentence(submission.status, translations), kind="wrong")
        yield from (Line(clamp(message, _LIMIT), 2) for message in submission.messages)
    else:
        for part in feedback(checked.results.assignment, submission).parts:
            yield from _mistakes(part, translations)
        yield from _done(submission, translations)
    yield from summary(checked)


def test_lines(test: TestResult, language: str) -> Iterator[Line]:
    """One test that did not pass."""
    words = clean_record(test)
    finding = Finding(words.status, words.message, words.code, words.hint, words.expected, (words,))
    return _finding(finding, translator(language))


test_lines.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest makes of its name


def _done(submission: SubmissionResult, translations: NullTranslations) -> Iterator[Line]:
    if submission.messages:
        yield Line(translations.gettext("What was done to your file"), kind="title")
        yield from (Line(clamp(message, _LIMIT), 2) for message in submission.messages)


def _mistakes(part: PartFeedback, translations: NullTranslations) -> Iterator[Line]:
    for mistake in part.mistakes:
        words = translations.gettext("A known mistake gives the same answers as yours")
        yield Line(f"{part.title}: {words}", 0, "aside")
        yield Line(clamp(mistake.explanation, _LIMIT), 2, "mistake")


def _part(part: PartFeedback, translations: NullTranslations, verbose: bool) -> Iterator[Line]:
    total = len(part.passed) + sum(len(finding.tests) for finding in part.findings)
    right = not part.findings
    count = translations.ngettext("{passed} of {total} test", "{passed} of {total} tests", total)
    text = count.format(passed=len(part.passed), total=total)
    yield Line(f"{'✓' if right else '✗'}  {part.title}: {text}", kind="right" if right else "wrong")
    for mistake in part.mistakes:
        yield Line(translations.gettext("A known mistake gives the same answers as yours"), 3, "aside")
        yield Line(clamp(mistake.explanation, _LIMIT), 5, "mistake")
    for finding in part.findings:
        yield from _finding(finding, translations)
    if verbose:
        yield from (Line(f"✓ {test.title}", 3, "right") for test in part.passed)


def _finding(finding: Finding, translations: NullTranslations) -> Iterator[Line]:
    for test in finding.tests:
        symbol = TEST_SYMBOLS[test.status]
        yield Line(f"{symbol} {test.title} ({test_word(test.status, translations)})", 3, "wrong")
        if test.status is TestStatus.GRADER_ERROR and test.detail:
            yield Line(clamp(test.detail, _LIMIT), 5, "aside")
    if finding.message:
        yield Line(clamp(finding.message, _LIMIT), 5, "message")
    if finding.code:
        yield Line(clamp(finding.code, _LIMIT), 7, "code")
    if finding.expected:
        yield Line(translations.gettext("Expected") + f": {clamp(finding.expected, _LIMIT)}", 5)
    if finding.hint:
        yield Line(translations.gettext("Hint") + f": {clamp(finding.hint, _LIMIT)}", 5)


def summary(checked: Checked) -> Iterator[Line]:
    """How many tests pass, and that this is not the grade where hidden tests decide about a part of it."""
    translations = translator(checked.results.language)
    _, ngettext = translations.gettext, translations.ngettext
    total = len(checked.submission.tests)
    passed = ngettext("{passed} of {total} public test passes.", "{passed} of {total} public tests pass.", total)
    yield Line(passed.format(passed=checked.passed, total=total), kind="right" if checked.all_pass else "wrong")
    if checked.left_out:
        left_out = ngettext("{count} more was left out by -k.", "{count} more were left out by -k.", checked.left_out)
        yield Line(left_out.format(count=checked.left_out), kind="aside")
    if checked.missing:
        names = ", ".join(checked.missing)
        yield Line(_("Not installed here, but there when it is graded: {names}.").format(names=names), kind="aside")
    yield from (Line(text, indent) for text, indent in reservation(checked))


def reservation(checked: Checked) -> Iterator[tuple[str, int]]:
    """What is not decided yet, so that "all pass" is not taken for the grade: (sentence, indent)."""
    language = checked.results.language
    translations = translator(language)
    _, ngettext = translations.gettext, translations.ngettext
    if not checked.withheld:
        yield _("There are no hidden tests: the grade is decided by these tests."), 0
        return
    points = sum(part.points for part in checked.withheld)
    hidden = format_number(points, language)
    most = format_number(checked.results.assignment.max_score, language)
    yield (
        _("This is not the grade yet: hidden tests decide about {hidden} of the {most} points.").format(hidden=hidden, most=most),
        0,
    )
    for part in checked.withheld:
        tests = ngettext(
            "{title}: {count} hidden test, {points} points", "{title}: {count} hidden tests, {points} points", part.tests
        )
        yield tests.format(title=part.title, count=part.tests, points=format_number(part.points, language)), 2
