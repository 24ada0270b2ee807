"""What judgments, a score or another tool's checks say: the statistics of a duel. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from arena.deciding.decide import Ruling, decide
from arena.deciding.wording import quantity
from arena.errors import UsageError
from arena.evidence.arms import CONTROL, TREATMENT, choose_arms
from arena.evidence.health import in_both_orders, judge_health
from arena.evidence.merge import merge
from arena.evidence.shares import Shares, labels, means, of_judges, shares_of
from arena.evidence.suspicions import DOUBT, against_flags, flagged_answers, recount
from arena.files.imports.promptfoo_results import ScoredTable
from arena.files.judgments import JudgmentColumns
from arena.kinds import table as kinds
from arena.kinds.kind import Arms
from arena.kinds.table import BETTER
from arena.measuring.win_rate import described
from arena.offline.tally.chance import naive_rule_rate
from arena.offline.tally.compared import Compared, compared, from_score
from arena.offline.tally.headline import MIRRORED_RULE, RULE, headline
from arena.offline.tally.scored import compare, variant_scores
from arena.planning.cases_needed import CasesNeeded, cases_needed_bounded, sentence
from arena.records.metric import Decision
from arena.records.result import SCHEMA_VERSION, AxisResult, FlaggedRecount, JudgeHealth, WinRate
from arena.records.tally import Chance, JudgeWinRate, TallyResult
from arena.stats.multiplicity import benjamini_hochberg
from arena.stats.paired import PairedDifference
from arena.stats.preference import win_rate

LEVEL = 0.95


def tally_score(text: str, *, control: str | None = None, treatment: str | None = None) -> TallyResult:
    """Return what a score says.

    Args:
        text: wins-losses or wins-losses-ties, e.g. "8-2-1".
        control: what to call the control.
        treatment: what to call the treatment.

    Raises:
        UsageError: it is no score, or a score of nothing.
    """
    arms = (control or CONTROL, treatment or TREATMENT)
    notes = ("a score does not say which answer was shown first: a judge that prefers a place could have made it",)
    return _result(text, from_score(text), arms=arms, notes=notes)


def tally_judgments(
    table: JudgmentColumns, *, source: str, control: str | None = None, treatment: str | None = None
) -> TallyResult:
    """Return what judgments say, of one judge or several pooled, and of each by itself.

    Args:
        table: judgments of two variants or more.
        source: where they are from.
        control: its name; None: the other one.
        treatment: its name; None: the one called so, else the second in order of appearance.

    Raises:
        UsageError: it is not clear which two variants are meant, or no judgment compares them.
    """
    before, after, note = choose_arms(list(table.variants), control=control, treatment=treatment)
    shares = shares_of(table, control=before, treatment=after)
    if shares.cases == 0:
        raise UsageError(f"no judgment compares {before} with {after}")
    names = [name or "unnamed judge" for name in table.judges]
    present = [int(number) for number in np.unique(shares.judge)]
    pooled_name = names[present[0]] if len(present) == 1 else f"{len(present)} judges pooled"
    flagged = flagged_answers(table, among=(before, after))
    pooled = replace(judge_health(shares, model=pooled_name, level=LEVEL), flagged=flagged)
    alone = [(names[number], of_judges(shares, [number])) for number in present] if len(present) > 1 else []
    healths = tuple(judge_health(one, model=name, level=LEVEL) for name, one in alone)
    notes = [*([note] if note else []), *_orders(shares), *_repeated(shares), *_left_out(table, shares)]
    merged = merge(table, shares)
    against = compared(against_flags(merged, table)) if flagged else None
    found = _result(source, compared(merged), arms=(before, after), judge=pooled, against=against, notes=notes)
    return replace(
        found,
        judgments=len(shares.share),
        judges=healths or (pooled,),
        by_judge=tuple(_by_judge(name, compared(merge(table, one))) for name, one in alone),
        axes=_axes(shares) if shares.axes else None,
    )


def tally_scored(
    table: ScoredTable, *, source: str, control: str | None = None, treatment: str | None = None
) -> TallyResult:
    """Return what another tool's checks say: in each case the variant with the higher score wins.

    Args:
        table: pass and score of two variants or more.
        source: where they are from.
        control: its name; None: the other one.
        treatment: its name; None: the one called so, else the second in order of appearance.

    Raises:
        UsageError: it is not clear which two variants are meant.
    """
    before, after, note = choose_arms(table.variants, control=control, treatment=treatment)
    notes = [*([note] if note else []), "in each case the variant with the higher score wins; equal scores tie"]
    missing = sum((before in case) != (after in case) for case in table.cases)
    notes += [f"{missing:,} cases were run in one of the two variants alone: not known, 0 to 1"] if missing else []
    found = _result(source, compare(table, control=before, treatment=after), arms=(before, after), notes=notes)
    scores = (variant_scores(table, before, "control"), variant_scores(table, after, "treatment"))
    return replace(found, variants=scores)


def _result(
    source: str,
    cases: Compared,
    *,
    arms: tuple[str, str],
    judge: JudgeHealth | None = None,
    against: Compared | None = None,
    notes: Sequence[str] = (),
) -> TallyResult:
    rate = _win_rate(cases)
    plain = _decided(rate)
    flagged = _recount(plain, against, judge) if against and judge else None
    decided = Ruling(outcome="inconclusive", message=f"win_rate: {DOUBT}") if _doubtful(plain, flagged) else plain
    decision = decided.outcome
    chance = _chance(rate, cases)
    needed = _needed(cases) if plain.outcome == "inconclusive" else CasesNeeded(cases=None)
    return TallyResult(
        schema_version=SCHEMA_VERSION,
        kind="tally",
        experiment=None,
        run=None,
        source=source,
        control=arms[0],
        treatment=arms[1],
        cases=rate.cases,
        judgments=None,
        headline=headline(rate, decided, chance, judge),
        win_rate=rate,
        win_rate_decision=decision,
        chance=chance,
        axes=None,
        metrics=(),
        judge=judge,
        judges=(),
        by_judge=(),
        variants=(),
        calls=None,
        cost_usd=None,
        determinism=None,
        cases_needed=needed.cases,
        cases_needed_note=sentence(needed, rate.cases),
        early_stop=None,
        flagged_recount=flagged,
        notes=(*notes, *_length(rate, decision, judge)),
    )


def _recount(plain: Ruling, against: Compared, judge: JudgeHealth) -> FlaggedRecount:
    """Return the win rate with every flagged answer lost, and whether that changes what was decided."""
    rate = _win_rate(against)
    return recount(judge.flagged, rate, [plain.outcome], [_decided(rate).outcome])


def _doubtful(plain: Ruling, flagged: FlaggedRecount | None) -> bool:
    return flagged is not None and flagged.changes_verdict and plain.outcome != "inconclusive"


def _win_rate(cases: Compared) -> WinRate:
    found = win_rate(cases.scores, clusters=cases.clusters, lows=cases.lows, highs=cases.highs, level=LEVEL)
    return described(found, control_failed=cases.control_failed, treatment_failed=cases.treatment_failed)


def _decided(rate: WinRate) -> Ruling:
    return decide(rate, BETTER, worst_case=rate.worst_case, sign_flip_p=rate.p_value, alpha=1.0 - LEVEL)


def _by_judge(name: str, cases: Compared) -> JudgeWinRate:
    rate = _win_rate(cases)
    return JudgeWinRate(judge=name, win_rate=rate, decision=_decided(rate).outcome)


def _chance(rate: WinRate, cases: Compared) -> Chance:
    """Return what chance does; one tail of a test that is symmetric is half of both."""
    leans = rate.value is not None and rate.value != BETTER.no_difference and rate.p_value is not None
    down = rate.value is not None and rate.value < BETTER.no_difference
    return Chance(
        as_extreme=rate.p_value / 2.0 if leans and rate.p_value is not None else None,
        rule=MIRRORED_RULE if down else RULE,
        ships_coin_flip=naive_rule_rate(cases.scores, cases.clusters),
    )


def _needed(cases: Compared) -> CasesNeeded:
    return cases_needed_bounded(cases.scores, BETTER, clusters=cases.clusters, level=LEVEL)


def _axes(shares: Shares) -> tuple[AxisResult, ...]:
    """Return each axis: its case means in either arm, and their paired difference."""
    found = {name: _axis(shares, name) for name in shares.axes if len(shares.axes[name][0])}
    adjusted = benjamini_hochberg([one.p_value for one in found.values()])
    return tuple(
        AxisResult(
            name=name,
            control=one.control,
            treatment=one.treatment,
            difference=one.estimate,
            p_value=one.p_value,
            p_adjusted=p,
            better=one.better,
        )
        for (name, one), p in zip(found.items(), adjusted, strict=True)
    )


def _axis(shares: Shares, name: str) -> PairedDifference:
    case, before, after = shares.axes[name]
    control, treatment = (means(values, case, shares.cases) for values in (before, after))
    scored = ~np.isnan(control)
    arms = Arms(control=control[scored], treatment=treatment[scored], clusters=labels(shares.case_cluster[scored]))
    return kinds.AXIS.difference(arms, unit="points", level=LEVEL)


def _orders(shares: Shares) -> list[str]:
    both = in_both_orders(shares)
    if both == 0:
        return ["every case was judged in one order only: a preference for a place would look like one for an answer"]
    if both < shares.cases:
        return [f"{shares.cases - both:,} of {shares.cases:,} cases were not read in both orders"]
    return []


def _repeated(shares: Shares) -> list[str]:
    keys = np.stack((shares.case, shares.repeat, shares.judge, shares.treatment_first.astype(np.int64)))
    most = keys.max(axis=1) + 1
    again = len(shares.case) - len(np.unique(np.ravel_multi_index(tuple(keys), tuple(most))))
    if again == 0:
        return []
    return [f"{again:,} judgments are of a case, order, judge and repeat that was judged before: all count in its mean"]


def _left_out(table: JudgmentColumns, shares: Shares) -> list[str]:
    others = len(table) - len(shares.share)
    return [f"{others:,} judgments of other variants are left out"] if others else []


def _length(rate: WinRate, decision: Decision, judge: JudgeHealth | None) -> list[str]:
    """Say so where the win rate is decided, and would not be if the answers were equally long."""
    controlled = judge.length_controlled_win_rate if judge else None
    if controlled is None or controlled.value is None or controlled.interval is None or decision == "inconclusive":
        return []
    if not controlled.interval.low <= BETTER.no_difference <= controlled.interval.high:
        return []
    return [f"at equal lengths the win rate is {quantity(controlled.value, 'share')}, and 50% is not ruled out"]
