"""The report of an audit, line by line."""

from dataclasses import replace

import pytest
from inline_snapshot import external_file

import sample_results
from arena.offline.audit.drift import drift
from arena.records.audit import AgreementGroup, AuditResult
from arena.stats.estimate import Estimate
from audit_parts import C, T, audited, judged, label
from reported import on, reported
from sample_kinds import audit


def plain(result: AuditResult, width: int, *, unicode: bool = True) -> str:
    """Render as for a file: no colour."""
    return reported(result, page=on(width, unicode=unicode))


@pytest.mark.parametrize("width", [80, 120])
def test_the_report_reads_like_this(width: int) -> None:
    """Every line of it, so that a change of the report is seen in review."""
    assert plain(audit(), width) == external_file(f"snapshots/audit-{width}.txt")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Also in ASCII alone, where the letters are other ones."""
    for unicode in (True, False):
        text = plain(audit(), width, unicode=unicode)
        assert max(map(len, text.splitlines())) <= width
    assert plain(audit(), width, unicode=False).isascii()


def test_colour_adds_nothing_that_cannot_be_read_without_it() -> None:
    """Red and green say what the words say."""
    coloured = reported(audit(), page=on(80, colour=True))
    assert "\x1b[" in coloured
    assert "recalibrate judge" in coloured


def test_of_many_tags_the_worst_are_shown() -> None:
    """And how many there are besides."""
    tags = tuple(
        AgreementGroup(kind="tag", name=f"tag {i:02}", agreement=sample_results.estimate(i / 20, 0.0, 1.0), judgments=2)
        for i in range(20)
    )
    text = plain(replace(audit(), groups=tags), 100)
    assert "tag 11" in text
    assert "tag 12" not in text
    assert "8 more tags, on which it agrees at least as often" in text


def test_what_is_undefined_says_why_in_place_of_a_number() -> None:
    """A dash and the reason; drift without an interval cannot tell."""
    unknown = Estimate(value=None, interval=None, n=0, unit_of_measure="share", reason="nobody knows")
    bare = replace(audit(), kappa=unknown, drift=drift(audit().agreement, unknown, earlier="x"), judge=None)
    text = plain(bare, 100)
    assert "–  nobody knows" in text
    assert "cannot tell" in text
    perfect = audited([judged("c1", T), judged("c2", C)], [label("c1", T), label("c2", C)])
    assert "the ratings leave no variation to judge by" in " ".join(plain(perfect, 80).split())
