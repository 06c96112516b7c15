"""A grade once computed is never lost, whatever happens to the line that was being written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.dependencies import PartDigests
from grader.judge.regrading import TestTrace, Trace
from grader.results import PartResult, SubmissionResult, SubmissionStatus, TestResult, TestStatus
from grader.run.journal import Journal, compact, result_key


def result(student: str, score: float | None = 5.0) -> SubmissionResult:
    """A result as a judge makes it."""
    return SubmissionResult(
        student=student,
        path=f"/submissions/{student}",
        digest="sha256:0",
        status=SubmissionStatus.GRADED,
        score=score,
        max_score=10,
        messages=("Ячейка 1\u2028 \x85 и ещё",),
        seconds=0.25,
        parts=(PartResult(id="p", score=score, max_score=10),),
        tests=(
            TestResult(id="t", part="p", visibility="hidden", title="T", status=TestStatus.FAILED, score=score, max_score=10),
        ),
    )


KEYS = {"a", "b", "c", "k", "x", "ann", "Вера", "o'b\"r\nien"}


def read(journal: Journal) -> dict[str, SubmissionResult]:
    """What is kept under the keys of these tests."""
    return journal.find(KEYS, set()).results


def kept(folder: Path) -> dict[str, SubmissionResult]:
    """What the next run finds."""
    with Journal(folder) as journal:
        return read(journal)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Protects every field of a result, and results from before this run."""
    for student in ("ann", "Вера", "o'b\"r\nien"):
        with Journal(tmp_path / "new" / "folder") as journal:
            journal.append(student, result(student))
            assert read(journal)[student] == result(student)
    assert kept(tmp_path / "new" / "folder") == {name: result(name) for name in ("ann", "Вера", "o'b\"r\nien")}


def test_the_last_of_a_key_counts(tmp_path: Path) -> None:
    """Protects a submission that was graded again after the grader had failed."""
    with Journal(tmp_path) as journal:
        journal.append("k", result("ann", None))
        journal.append("k", result("ann", 7))
    assert kept(tmp_path)["k"].score == 7


@settings(deadline=None)  # each waits for the disk
@given(st.integers(1, 500))
def test_a_torn_line_costs_itself(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    """Protects the results before and after a line that a power cut left unfinished, wherever it was cut."""
    folder = tmp_path_factory.mktemp("torn")
    with Journal(folder) as journal:
        journal.append("a", result("ann"))
        whole = journal.path.stat().st_size
        journal.append("b", result("bob"))
    raw = (folder / "journal.jsonl").read_bytes()
    (folder / "journal.jsonl").write_bytes(raw[: min(whole + cut, len(raw) - 1)])
    with Journal(folder) as journal:
        before = read(journal)
        assert before["a"] == result("ann")
        journal.append("c", result("carl"))
    assert kept(folder) == {**before, "c": result("carl")}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe",
        b"[]",
        b"3",
        b"null",
        b'{"key": "x"}',
        b'{"key": "x", "result": {}}',
        b'{"key": "x", "result": {"student": "ann", "unknown": 1}}',
        b'{"result": ' + json.dumps(result("ann").model_dump(mode="json")).encode() + b"}",
        b"[" * 100_000,
    ],
    ids=lambda line: line[:20].decode("latin-1"),
)
def test_any_other_line_is_passed_over(tmp_path: Path, line: bytes) -> None:
    """Protects a run from a damaged journal, and from one of another version: those submissions are graded again."""
    with Journal(tmp_path) as journal:
        journal.append("a", result("ann"))
    with (tmp_path / "journal.jsonl").open("ab") as stream:
        stream.write(line + b"\n")
    with Journal(tmp_path) as journal:
        journal.append("b", result("bob"))
    assert set(kept(tmp_path)) == {"a", "b"}


def test_what_has_a_successor_is_left_out(tmp_path: Path) -> None:
    """Protects the other students' results from the end of a run with `--fresh`, and the disk from all the runs before it."""
    with Journal(tmp_path) as journal:
        for key, score in (("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5)):
            journal.append(key, result("ann", score))
    with (tmp_path / "journal.jsonl").open("ab") as stream:
        stream.write(b"torn\n[]\n")
    before = kept(tmp_path)
    compact(tmp_path)
    assert kept(tmp_path) == before
    assert {key: one.score for key, one in before.items()} == {"a": 5, "b": 2, "c": 4}
    lines = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["key"] for line in lines if line.startswith(b"{")] == ["b", "c", "a"]
    assert [path.name for path in tmp_path.iterdir()] == ["journal.jsonl"]


def test_each_result_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """Protects invariant 5 from a buffer: another process sees the result while the journal is open."""
    with Journal(tmp_path) as journal:
        journal.append("a", result("ann"))
        assert len((tmp_path / "journal.jsonl").read_bytes().splitlines()) == 1


def test_verdicts_are_found_by_base(tmp_path: Path) -> None:
    """Protects what stands of a verdict when a test has changed: the last of a base, and only with its trace."""
    trace = Trace(digests=PartDigests(tests={"p": "1"}, reference={"p": "2"}), tests={"t": TestTrace(asked=("p",))}, apart=True)
    with Journal(tmp_path) as journal:
        journal.append("k1", result("ann", 1), "b1", trace)
        journal.append("k2", result("ann", 2).model_copy(update={"seconds": 7.5}), "b1", trace)
        journal.append("k3", result("bob", 3), "b2")
        journal.append("k4", result("carl", 4), "b3", trace)
        kept = journal.find({"k1", "k3"}, {"b1", "b2"})
    assert kept.results == {"k1": result("ann", 1), "k3": result("bob", 3)}
    assert {base: verdict.result.score for base, verdict in kept.verdicts.items()} == {"b1": 2}
    assert kept.verdicts["b1"].trace == trace
    assert kept.seconds == {"ann": 7.5, "bob": 0.25, "carl": 0.25}


def test_a_key_is_over_every_part() -> None:
    """Protects results from being used for another submission, test or language: parts are told apart by their ends."""
    keys = [result_key(*parts) for parts in (("a", "b"), ("ab",), ("a", "b", ""), ("", "ab"), ("b", "a"), ("1:a",), ())]
    assert len(set(keys)) == len(keys)
    assert result_key("\udcff") != result_key("?")


def test_a_link_in_the_journals_place(tmp_path: Path) -> None:
    """Protects the file that a link of that name leads to from being emptied or written to."""
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "journal.jsonl").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match=r"journal\.jsonl"):
        Journal(tmp_path)
    assert (tmp_path / "victim").read_text() == "precious"
