"""The pages about likeness, and what the class page says of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import SpecificationError
from grader.i18n import translator
from grader.report.rendering import render
from grader.report.similarity import Similarity, read_similarity
from grader.report.similarpages import _REASONS, index_page, pair_page, reason_words
from grader.results import Results

MakeClass = Callable[..., Results]
MakeSimilarity = Callable[..., Similarity]


def test_the_report_has_the_pages(make_class: MakeClass, make_similarity: MakeSimilarity, tmp_path: Path) -> None:
    """Protects `grade report` after `grade similar`: the pages come from similar.json, pairs of an earlier run go, notes stay."""
    results = make_class(6)
    (tmp_path / "similar.json").write_text(make_similarity(results).to_json(), encoding="utf-8")
    render(results, tmp_path)
    assert {path.name for path in (tmp_path / "similar").iterdir()} == {"index.html", "1.html", "2.html", "3.html"}
    (tmp_path / "similar" / "notes.html").write_text("<!doctype html><html><head><title>mine</title>")
    fewer = make_similarity(results)
    (tmp_path / "similar.json").write_text(fewer.model_copy(update={"pairs": fewer.pairs[:1]}).to_json(), encoding="utf-8")
    render(results, tmp_path)
    assert {path.name for path in (tmp_path / "similar").iterdir()} == {"index.html", "1.html", "notes.html"}
    assert not list((tmp_path / "students").rglob("similar*"))


def test_the_class_page_names_those_who_are_very_alike(
    make_class: MakeClass, make_similarity: MakeSimilarity, tmp_path: Path
) -> None:
    """Protects the instructor's list: a pair at 97 % is in it, each with the other's name; one at 60 % is not."""
    results = make_class(6)
    (tmp_path / "similar.json").write_text(make_similarity(results).to_json(), encoding="utf-8")
    page = render(results, tmp_path).read_text(encoding="utf-8")
    start = page.index("very similar code")
    reason = page[start : page.index("</section>", start)]
    first, second, third = (one.student for one in results.submissions[:3])
    assert f"like {second}, 97%" in reason
    assert f"like {first}, 97%" in reason
    assert third not in reason
    assert 'href="similar/index.html"' in reason
    assert "Likeness is no proof." in reason


def test_a_whole_work_in_another_is_named(make_class: MakeClass, make_similarity: MakeSimilarity, tmp_path: Path) -> None:
    """Protects the instructor's list from a copy that other code hides: the share is told, not the likeness, which is small."""
    results = make_class(6)
    similarity = make_similarity(results)
    padded = similarity.pairs[0].model_copy(update={"likeness": 0.003, "shares": (1.0, 0.002), "whole": True})
    (tmp_path / "similar.json").write_text(similarity.model_copy(update={"pairs": (padded,)}).to_json(), encoding="utf-8")
    page = render(results, tmp_path).read_text(encoding="utf-8")
    for one in results.submissions[:2]:
        assert f"with {one.student}: 100% of one&#39;s code is found in the other&#39;s" in page


def test_what_was_handed_in_since_is_not_accused(make_class: MakeClass, make_similarity: MakeSimilarity, tmp_path: Path) -> None:
    """Protects who has handed in another work: a likeness of other files is not told of these."""
    results = make_class(6)
    similarity = make_similarity(results)
    works = (similarity.works[0].model_copy(update={"digest": "sha256:other"}), *similarity.works[1:])
    (tmp_path / "similar.json").write_text(similarity.model_copy(update={"works": works}).to_json(), encoding="utf-8")
    page = render(results, tmp_path).read_text(encoding="utf-8")
    assert "very similar code" not in page
    assert 'href="similar/index.html"' in page


def test_a_report_without_a_comparison_says_nothing(make_class: MakeClass, tmp_path: Path) -> None:
    """Protects the usual report from a link that leads nowhere."""
    page = render(make_class(3), tmp_path).read_text(encoding="utf-8")
    assert "similar" not in page
    assert read_similarity(tmp_path / "similar.json") is None


def test_a_broken_document_is_named(tmp_path: Path) -> None:
    """Protects from a traceback over a file that somebody has edited."""
    (tmp_path / "similar.json").write_text('{"schema": "grader/similarity/1"}', encoding="utf-8")
    with pytest.raises(SpecificationError) as caught:
        read_similarity(tmp_path / "similar.json")
    assert "similar.json: grader" in str(caught.value)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_reason_has_words(language: str) -> None:
    """Protects the list of those who were not compared from a bare code."""
    words = [reason_words(reason, translator(language)) for reason in (*_REASONS, "made up")]
    assert len(set(words)) == len(_REASONS) + 1
    assert all((re.search("[а-я]", word) is not None) == (language == "ru") for word in words)


@pytest.mark.parametrize(("compared", "said"), [(14, False), (15, True)])
def test_a_small_class_has_no_hundredth_pair(
    make_class: MakeClass, make_similarity: MakeSimilarity, compared: int, said: bool
) -> None:
    """Protects from a threshold that the likest pair of a small class sets by itself: 15 works make more than a hundred pairs."""
    page = index_page(make_similarity(make_class(6)).model_copy(update={"compared": compared}), "en")
    assert "Of all pairs half are less than 21% alike" in page
    assert ("99 in 100 less than 58%" in page) is said


@pytest.mark.parametrize("language", ["en", "ru"])
def test_all_code_is_on_the_page_once(make_class: MakeClass, make_similarity: MakeSimilarity, language: str) -> None:
    """Protects the reader of two codes: every line is there, in order, and every link has its target."""
    similarity = make_similarity(make_class(6), "first = 1\n\n<b>second</b> = 2\n    third = 3\nfourth = 4")
    for rank, pair in enumerate(similarity.pairs, start=1):
        page = pair_page(similarity, rank, pair, language)
        shown = "".join(re.findall(r"<pre>\n(.*?)</pre>", page, re.DOTALL))
        lines = [line for place in (pair.first, pair.second) for piece in similarity.works[place].pieces for line in piece.lines]
        assert shown == "".join(line.replace("<", "&lt;").replace(">", "&gt;") + "\n" for line in lines)
        targets, anchors = re.findall(r'href="#(\w+)"', page), re.findall(r'id="(\w\d+)"', page)
        assert set(targets) <= set(anchors)
        assert len(anchors) == len(set(anchors)) == sum(map(len, pair.passages))
    assert index_page(similarity, language).count("<tr>") == len(similarity.pairs) + 1
