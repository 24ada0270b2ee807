"""What an audit stands on: every judgment of two variants, and every label."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from arena.files.judgments import JudgmentColumns
from arena.files.labels import TIE
from arena.records.answered import Answered
from arena.records.judgment import Judgment
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
    odds: float | None = None  # ln of the treatment's over the control's, of a judge read by likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that an audit reads."""

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
        ties = TIE in named or any(mean_odds(together) == 0.0 for together in by_judge(self.judged).values())
        return (self.control, self.treatment, TIE) if ties else (self.control, self.treatment)


def of_judgments(judgments: Iterable[Judgment], *, control: str, treatment: str) -> list[Judged]:
    """Return a run's judgments of two variants."""
    return [
        _of_judgment(one, control, treatment) for one in judgments if {one.first, one.second} == {control, treatment}
    ]


def _of_judgment(one: Judgment, control: str, treatment: str) -> Judged:
    share, lead = one.share_of(treatment), None
    if one.length_first is not None and one.length_second is not None:
        lead = float(one.length_second - one.length_first) * (1 if one.second == treatment else -1)
    return Judged(
        case=one.case,
        winner=_winner(share, control, treatment),
        share=share,
        first=one.first,
        repeat=one.repeat,
        judge=one.judge,
        failed=one.outcome == "failed",
        lead=lead,
        odds=None if one.log_odds is None else one.log_odds if one.second == treatment else -one.log_odds,
    )


def of_columns(table: JudgmentColumns, cases: Sequence[str], *, control: str, treatment: str) -> list[Judged]:
    """Return the judgments of two variants from a file.

    Args:
        table: judgments of any variants.
        cases: the ids of the table's cases, by their number.
        control: variant name, one of the table's.
        treatment: variant name, another one.
    """
    variants, judges = list(table.variants), list(table.judges)
    before, after = variants.index(control), variants.index(treatment)
    odds = dict(zip(table.odds_rows, table.odds, strict=True))
    found = []
    for row, (first, second) in enumerate(zip(table.first, table.second, strict=True)):
        if {first, second} != {before, after}:
            continue
        second_share, lead = table.share[row], table.lead[row]
        sign = 1.0 if second == after else -1.0
        unread = second_share != second_share  # NaN
        share = None if unread else second_share if second == after else 1.0 - second_share
        found.append(
            Judged(
                case=cases[table.case[row]],
                winner=_winner(share, control, treatment),
                share=share,
                first=variants[first],
                repeat=table.repeat[row],
                judge=judges[table.judge[row]],
                failed=bool(table.failed[row]),
                lead=None if lead != lead else sign * lead,
                odds=sign * odds[row] if row in odds else None,
            )
        )
    return found


def of_words(judged: Mapping[str, str | None], *, treatment: str) -> list[Judged]:
    """Return the judgments that stand beside labels in one file: one a case, shown in an order that is not known."""
    shares = {None: None, TIE: 0.5, treatment: 1.0}
    return [Judged(case=case, winner=winner, share=shares.get(winner, 0.0)) for case, winner in judged.items()]


def by_judge(judged: Iterable[Judged]) -> dict[tuple[str, int, str], list[Judged]]:
    """Return the judgments of each case, repeat and judge, in the order in which they are met."""
    found: dict[tuple[str, int, str], list[Judged]] = {}
    for one in judged:
        found.setdefault((one.case, one.repeat, one.judge), []).append(one)
    return found


def mean_odds(together: Iterable[Judged]) -> float | None:
    """Return a judge's log-odds towards the treatment, both orders weighing alike; None where not both have them."""
    orders: dict[str | None, list[float]] = {}
    for one in together:
        if one.odds is not None:
            orders.setdefault(one.first, []).append(one.odds)
    return fmean(map(fmean, orders.values())) if len(orders) > 1 else None


def _winner(share: float | None, control: str, treatment: str) -> str | None:
    if share is None:
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
