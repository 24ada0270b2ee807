"""What a ranking found: a pure function of judgments, of calls that failed, and of how they came about."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from arena.engine.design import Design
from arena.engine.determinism import MEANING, grade, worst
from arena.engine.execute import RunEvidence
from arena.errors import UsageError
from arena.evidence.health import LEAST_CONSISTENCY, in_both_orders, judge_health
from arena.evidence.merge import Comparisons, merge
from arena.evidence.run_table import columns_of, failed_calls
from arena.evidence.shares import Shares, of_judges, shares_of_all
from arena.evidence.suspicions import flagged_answers
from arena.files.judgments import JudgmentColumns
from arena.measuring.answers import Answers
from arena.measuring.cost import cost_of
from arena.offline.rank.cycles import cycles
from arena.offline.rank.headline import headline
from arena.offline.rank.pairs import mean_win_rates, ranked_pairs, turned, win_matrix
from arena.offline.rank.strengths import HALVES, cases_to_tell_the_best, put_on_scale
from arena.records.ranking import RankedPair, RankResult
from arena.records.result import SCHEMA_VERSION, ExperimentRef, JudgeHealth

LEVEL = 0.95
MOST_VARIANTS = 100


def rank_judgments(table: JudgmentColumns, *, source: str, rng: np.random.Generator) -> RankResult:
    """Return what judgments of several variants say, of one judge or several pooled.

    Args:
        table: the judgments.
        source: where they are from.
        rng: where the draws of the simultaneous intervals come from.

    Raises:
        UsageError: more variants than can be meant.
    """
    if len(table.variants) > MOST_VARIANTS:
        names = ", ".join(list(table.variants)[:3])
        raise UsageError(
            f"{source}: {len(table.variants):,} variants ({names} …), and at most {MOST_VARIANTS} can be ranked",
            hint="`first` and `second` are names of variants, not ids of answers",
        )
    shares = shares_of_all(table)
    judge, judges = _healths(table, shares, level=LEVEL, min_consistency=LEAST_CONSISTENCY)
    ranked = _ranked(merge(table, shares), shares, failed={}, judge=judge, level=LEVEL, rng=rng)
    return replace(ranked, source=source, repeats=int(max(table.repeat, default=0)) + 1, judges=judges)


def rank_run(design: Design, collected: RunEvidence) -> RankResult:
    """Return everything that follows from experiment, completions and judgments.

    Args:
        design: of all variants.
        collected: what came back, in any order.
    """
    experiment, cases = design.experiment, design.selection.cases
    names = tuple(experiment.variants)
    table = columns_of(names, cases, collected.judgments)
    answers = Answers(collected.answered)
    level = 1.0 - experiment.gate.alpha
    shares = shares_of_all(table)
    judge, judges = _healths(table, shares, level=level, min_consistency=experiment.gate.min_consistency)
    judge = replace(
        judge,
        flagged=flagged_answers(table),
        distinct_answers={name: _distinct(answers, name) for name in names},
    )
    ranked = _ranked(
        merge(table, shares, failed_calls(collected.answered, table), panel=experiment.panel, repeats=design.repeats),
        shares,
        failed={name: sum(one.failure is not None for one in answers.all_of(name)) for name in names},
        judge=judge,
        level=level,
        rng=np.random.default_rng(design.seed),
    )
    cost, cost_reason = cost_of(collected.answered, collected.judgments)
    completions = [one.completion for one in collected.answered if one.completion is not None]
    determinism = worst([grade(completions), *(one.determinism for one in collected.judgments if one.determinism)])
    return replace(
        ranked,
        experiment=ExperimentRef(name=experiment.name, hash=experiment.hash),
        hypothesis=experiment.hypothesis,
        repeats=design.repeats,
        models={name: str(each.model) if each.model else None for name, each in experiment.variants.items()},
        judges=judges,
        outcomes={name: answers.outcomes(name) for name in names},
        cost_usd=cost,
        cost_reason=cost_reason,
        determinism=determinism,
        determinism_reason=MEANING[determinism],
        selection=design.selection.sentence,
        notes=(*design.notes, *ranked.notes),
    )


def _ranked(
    compared: Comparisons,
    shares: Shares,
    *,
    failed: dict[str, int],
    judge: JudgeHealth,
    level: float,
    rng: np.random.Generator,
) -> RankResult:
    """Return what follows from the evidence alone, wherever it is from."""
    pairs = ranked_pairs(compared, shares, level=level)
    matrix = win_matrix(compared.variants, pairs)
    scale = put_on_scale(compared, pairs, mean_win_rates=mean_win_rates(matrix), failed=failed, level=level, rng=rng)
    names = tuple(one.name for one in scale.variants)
    circles = cycles(names, pairs)
    cases = len(np.unique(compared.case))
    circular = any(circle.proven for circle in circles)
    needed, note = (None, None) if circular else cases_to_tell_the_best(scale, cases=cases)
    return RankResult(
        schema_version=SCHEMA_VERSION,
        kind="rank",
        experiment=None,
        source=None,
        hypothesis=None,
        headline=headline(scale.variants, circles, level=level, fit=judge.fit),
        variants=scale.variants,
        win_matrix=matrix,
        pairs=_in_order(pairs, names),
        cycles=circles,
        fault=scale.fault,
        method=scale.method,
        log_ties=scale.ranking.log_ties if scale.ranking else None,
        level=level,
        cases=cases,
        clusters=len(np.unique(compared.units)) if (compared.cluster >= 0).any() else None,
        repeats=1,
        judgments=len(shares.case),
        models={},
        judge=judge,
        judges=(judge,),
        outcomes={},
        cost_usd=None,
        cost_reason=None,
        determinism=None,
        determinism_reason=None,
        cases_needed=needed,
        cases_needed_note=note,
        selection=None,
        notes=tuple(_notes(shares, compared, method=scale.method, judge=judge)),
    )


def _in_order(pairs: Sequence[RankedPair], names: Sequence[str]) -> tuple[RankedPair, ...]:
    place = {name: number for number, name in enumerate(names)}
    stronger_first = [pair if place[pair.first] < place[pair.second] else turned(pair) for pair in pairs]
    return tuple(sorted(stronger_first, key=lambda pair: (place[pair.first], place[pair.second])))


def _healths(
    table: JudgmentColumns, shares: Shares, *, level: float, min_consistency: float
) -> tuple[JudgeHealth, tuple[JudgeHealth, ...]]:
    """Return how the judges behaved over all pairs: all pooled, and each by itself.

    A win rate at equal lengths, and a preference for one's own family, are of two variants: a ranking has none.
    """
    names = [name or "unnamed judge" for name in table.judges]
    parts = [(names[0] if len(names) == 1 else f"{len(names)} judges pooled", shares)]
    parts += [(name, of_judges(shares, [number])) for number, name in enumerate(names)] if len(names) > 1 else []
    healths = [
        replace(
            judge_health(alone, model=name, level=level, min_consistency=min_consistency),
            length_controlled_win_rate=None,
            self_preference=None,
        )
        for name, alone in parts
    ]
    return healths[0], tuple(healths[1:]) or (healths[0],)


def _notes(shares: Shares, compared: Comparisons, *, method: str, judge: JudgeHealth) -> Iterable[str]:
    both = in_both_orders(shares)
    if shares.cases and both == 0:
        yield "every case was judged in one order only: a preference for a place would look like one for an answer"
    elif both < shares.cases:
        yield f"{shares.cases - both:,} of {shares.cases:,} comparisons were not read in both orders"
    if unread := judge.unparseable + judge.failed:
        yield f"{unread:,} of {judge.judgments:,} judgments were not read: each is a tie, in a pair's worst case a loss"
    if method == HALVES:
        yield "wins are too few beside the ties for the ties' own share: a tie counts half a win for each"
    pairs, possible = len(list(compared.pairs())), len(compared.variants) * (len(compared.variants) - 1) // 2
    if pairs < possible:
        yield f"{possible - pairs:,} of {possible:,} pairs were never compared with each other"


def _distinct(answers: Answers, name: str) -> int:
    return len({one.completion.text for one in answers.all_of(name) if one.completion is not None})
