"""Judgments of two variants beside people's labels: what the agreement of judges with people is read from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np

from arena.evidence.shares import Shares, counted_shares, joint_odds, repeats_of
from arena.files.judgments import JudgmentColumns
from arena.files.labels import TIE
from arena.records.answered import Answered
from arena.records.label import Label, answers_digest

#: Case -> repeat -> the digest of both answers.
Digests = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judgment, by the names of the variants."""

    case: str
    winner: str | None  # a variant's name or "tie"; None: it could not be read, or the call failed
    share: float | None  # of the treatment, 0 to 1; None as above
    first: str | None = None  # the variant shown first; None: not known
    repeat: int = 0
    judge: str = ""
    failed: bool = False
    lead: float | None = None  # characters by which the treatment's answer is longer
    joint: bool = False  # by likelihood, where both orders of the judge and repeat are one verdict
    verdict: str | None = None  # that verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Judgments of two variants, and what people said of the same answers."""

    control: str
    treatment: str
    judged: Sequence[Judged]
    labels: Sequence[Label]
    clusters: Mapping[str, str] = field(default_factory=dict)  # case -> cluster, where it has one
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()  # cases that were asked, whether or not they were judged
    digests: Digests | None = None  # None: the texts of the answers are not known
    scores: Mapping[str, float] | None = None  # the treatment's share by case; None: the means of the judgments

    @property
    def categories(self) -> tuple[str, ...]:
        """Return what labels and judgments may name: both variants, and a tie where anybody gave one."""
        named = {*(one.winner for one in self.judged), *(one.winner for one in self.labels)}
        named |= {one.verdict for one in self.judged}
        return (self.control, self.treatment, TIE) if TIE in named else (self.control, self.treatment)


def of_shares(table: JudgmentColumns, shares: Shares) -> list[Judged]:
    """Return the judgments of two variants by their names.

    Args:
        table: that they are from, which keeps its cases' ids.
        shares: the judgments.
    """
    names, judges, ids = list(table.variants), list(table.judges), list(table.cases or ())
    treatment, control = (names[number] for number in shares.pairs[0])
    row_group = repeats_of(shares)[2]
    odds = joint_odds(shares, row_group)
    joint = np.full(len(shares.share), False) if odds is None else ~np.isnan(odds)
    columns = (shares.share, counted_shares(shares, row_group), shares.lead, joint, shares.failed)
    places = (shares.numbers[shares.case], shares.treatment_first, shares.repeat, shares.judge)
    return [
        Judged(
            case=ids[case],
            winner=_winner(share, control, treatment),
            share=None if isnan(share) else share,
            first=treatment if treatment_first else control,
            repeat=repeat,
            judge=judges[judge],
            failed=failed,
            lead=None if isnan(lead) else lead,
            verdict=_winner(counted, control, treatment) if joint else None,
            joint=joint,
        )
        for share, counted, lead, joint, failed, case, treatment_first, repeat, judge in zip(
            *(column.tolist() for column in (*columns, *places)), strict=True
        )
    ]


def of_words(judged: Mapping[str, str | None], *, treatment: str) -> list[Judged]:
    """Return the judgments that stand beside labels in one file: one a case, shown in an order that is not known."""
    shares = {None: None, TIE: 0.5, treatment: 1.0}
    return [Judged(case=case, winner=winner, share=shares.get(winner, 0.0)) for case, winner in judged.items()]


def _winner(share: float, control: str, treatment: str) -> str | None:
    if isnan(share):
        return None
    return TIE if share == 0.5 else treatment if share > 0.5 else control


def digests_of(rows: Iterable[Answered], *, control: str, treatment: str) -> dict[str, dict[int, str]]:
    """Return the digest of both answers of each case and repeat that both variants answered."""
    texts: dict[tuple[str, int], dict[str, str]] = {}
    for row in rows:
        if row.variant in (control, treatment) and row.completion is not None:
            texts.setdefault((row.case, row.repeat), {})[row.variant] = row.completion.text
    found: dict[str, dict[int, str]] = {}
    for (case, repeat), both in texts.items():
        if len(both) == 2:
            found.setdefault(case, {})[repeat] = answers_digest(case, both)
    return found
