"""The words and symbols of every status: the same in the pages, in `junit.xml` and in the terminal.

The texts are message ids of the domain `grader` (see `grader.i18n`); the functions translate them. Symbols are plain
characters that every system font has, told apart without colour.
"""

from __future__ import annotations

from gettext import NullTranslations

from grader.results import SubmissionStatus, TestStatus


def N_(text: str) -> str:  # noqa: N802 -- the name by which extractors know it
    """Mark a text for extraction without translating it (gettext's convention for module-level tables)."""
    return text


_SUBMISSION_WORDS = {
    SubmissionStatus.GRADED: N_("graded"),
    SubmissionStatus.NOT_LOADABLE: N_("could not be loaded"),
    SubmissionStatus.TIMED_OUT: N_("ran out of time"),
    SubmissionStatus.OUT_OF_MEMORY: N_("ran out of memory"),
    SubmissionStatus.CRASHED: N_("crashed"),
    SubmissionStatus.MISSING: N_("nothing handed in"),
    SubmissionStatus.GRADER_ERROR: N_("the grader failed"),
}

_SUBMISSION_SENTENCES = {
    SubmissionStatus.GRADED: "",
    SubmissionStatus.NOT_LOADABLE: N_("Nothing of this work could be run; the reason is below."),
    SubmissionStatus.TIMED_OUT: N_("The file ran longer than the time limit and was stopped."),
    SubmissionStatus.OUT_OF_MEMORY: N_("The file needed more memory than the limit and was stopped."),
    SubmissionStatus.CRASHED: N_("The process that ran the file ended unexpectedly."),
    SubmissionStatus.MISSING: N_("No file was found to grade."),
    SubmissionStatus.GRADER_ERROR: N_(
        "The grader itself failed here. This costs no points: the submission will be graded again."
    ),
}

_TEST_WORDS = {
    TestStatus.PASSED: N_("right"),
    TestStatus.FAILED: N_("not right yet"),
    TestStatus.ERROR: N_("raised an exception"),
    TestStatus.TIMED_OUT: N_("ran out of time"),
    TestStatus.CRASHED: N_("crashed"),
    TestStatus.NOT_FOUND: N_("function not found"),
    TestStatus.GRADER_ERROR: N_("not checked: the grader failed"),
}

_BOX_WORDS = {
    "kept": N_("rightly kept"),
    "removed": N_("rightly dropped"),
    "wrongly_kept": N_("wrongly kept"),
    "wrongly_removed": N_("wrongly dropped"),
    "first": N_("first box"),
    "second": N_("second box"),
    "shared": N_("what they share"),
}

TEST_SYMBOLS = {
    TestStatus.PASSED: "✓",
    TestStatus.FAILED: "✗",
    TestStatus.ERROR: "!",
    TestStatus.TIMED_OUT: "∞",
    TestStatus.CRASHED: "†",
    TestStatus.NOT_FOUND: "?",
    TestStatus.GRADER_ERROR: "–",
}


def submission_word(status: SubmissionStatus, translations: NullTranslations) -> str:
    """How the grading of a submission ended, in two or three words."""
    return translations.gettext(_SUBMISSION_WORDS[status])


def submission_sentence(status: SubmissionStatus, translations: NullTranslations) -> str:
    """The same as a sentence to the student; empty for a graded submission."""
    sentence = _SUBMISSION_SENTENCES[status]
    return translations.gettext(sentence) if sentence else ""


def test_word(status: TestStatus, translations: NullTranslations) -> str:
    """A test's verdict in one to four words."""
    return translations.gettext(_TEST_WORDS[status])


def box_word(role: str, translations: NullTranslations) -> str:
    """What happened to a box, in two or three words."""
    return translations.gettext(_BOX_WORDS[role])


test_word.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest makes of its name
