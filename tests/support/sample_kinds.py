"""One result of every kind, each with something to show in every part of its report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import sample_results
from arena.completions.inspection import CacheInfo
from arena.files import judgments
from arena.offline.audit.drift import drift
from arena.offline.rank.summarise import rank_judgments
from arena.offline.tally.summarise import tally_judgments
from arena.planning.looks import check_looks, equal_fractions, plan_looks
from arena.records.aa import AAResult, PolicyResult
from arena.records.audit import AuditResult
from arena.records.labelling import LabelSummary, RaterProgress, SampleChoice
from arena.records.plans import CriterionSize, SizePlan
from arena.records.preview import Band, Feasibility, RunPreview
from arena.records.ranking import RankResult
from arena.records.result import ExperimentRef
from arena.records.tally import TallyResult, VariantScores
from arena.runs.history import PastRun, PastRuns
from audit_parts import FOUR, C, T, audited, both, judged, label
from round_robins import circle, round_robin, write
from sample_gates import gate

EXPERIMENT = ExperimentRef(name="support-bot-cites-policy", hash="c0ffee" * 10)
RUN = "20261122-1104-support-bot-cites-policy"


def _table(rows: Sequence[Mapping[str, Any]]) -> judgments.JudgmentColumns:
    with TemporaryDirectory() as folder:
        return judgments.load([write(Path(folder) / "judgments.jsonl", [dict(row) for row in rows])])


@cache
def ranking() -> RankResult:
    """Return four variants of an experiment on one scale."""
    strengths = {"control": 0.0, "concise": 0.6, "cites-the-policy-and-name": 1.3, "friendly": 0.5}
    rows = [row | {"judge": "openai:judge-1"} for row in round_robin(strengths, 60)]
    found = rank_judgments(_table(rows), source="judgments.jsonl", rng=np.random.default_rng(0))
    return replace(
        found,
        experiment=EXPERIMENT,
        hypothesis="Short answers win.",
        models=dict.fromkeys(strengths, "openai:model-1"),
        outcomes={"control": {"stop": 58, "failed:timeout": 2}},
        variants=tuple(replace(one, failed=2 * (one.name == "control")) for one in found.variants),
        repeats=2,
        cost_usd=0.41,
        determinism="D2",
        determinism_reason="temperature 0",
        selection="60 of 100 cases, seed 7",
    )


@cache
def going_round() -> RankResult:
    """Return three variants each of which beats the next, of a file of judgments."""
    rows = circle(("rock", "scissors", "paper"), 60)
    return rank_judgments(_table(rows), source="judgments.jsonl", rng=np.random.default_rng(0))


@cache
def tallied() -> TallyResult:
    """Return a tally of two judges with axes, failed calls and scores of each variant."""
    rows = [
        {
            "case": f"c{case}",
            "first": names[0],
            "second": names[1],
            "judge": judge,
            "winner": "first" if names[0] == ("old" if case in (3, 6) else "new") else "second",
            "length_first": 14,
            "length_second": 10 + case,
            "axes": {"clarity": {"first": 3, "second": 4 - case % 2}},
        }
        for case in range(10)
        for names in (("old", "new"), ("new", "old"))
        for judge in ("openai:judge-1", "anthropic:judge-2")
    ]
    found = tally_judgments(_table(rows), source="judgments.jsonl", control="old", treatment="new")
    scores = (
        VariantScores(name="old", role="control", cases=10, passed=4, failed=1, mean_score=0.412),
        VariantScores(name="new", role="treatment", cases=10, passed=8, failed=0, mean_score=None),
    )
    return replace(found, variants=scores, win_rate=replace(found.win_rate, failed={"control": 1, "treatment": 0}))


@cache
def audit() -> AuditResult:
    """Return an audit in which every part of the report has something to show."""
    said = [*FOUR, *both("c5", "tie", None, failed=True), judged("u1", T)]
    said = [replace(one, judge="openai:gpt-6-sol", lead=4.0) for one in said]
    labels = [label("c1", T, "anna"), label("c2", T, "anna"), label("c3", C, "anna"), label("c4", C, "anna")]
    labels += [label("c5", "tie", "anna"), label("c1", T, "ben"), label("c4", T, "ben"), label("gone", C, "ben")]
    found = audited(said, labels, fields={"tags": {"c1": ("hard",), "c2": ("hard",), "c4": ("easy",)}})
    earlier = drift(found.agreement, sample_results.estimate(0.9, 0.8, 0.95), earlier="may.json")
    return replace(
        found, judge=sample_results.judge("openai:gpt-6-sol"), drift=earlier, run="20261122-1104-support-bot"
    )


def trusted() -> AuditResult:
    """Return an audit of a judge that agrees often enough."""
    return replace(audit(), decision="enable trend monitoring", policy=0.2, decided=True, decision_note=None)


def label_swaps() -> AAResult:
    """Return how often a decision raises a false alarm."""
    return AAResult(
        schema_version=1,
        kind="aa",
        experiment=EXPERIMENT,
        run=RUN,
        units=60,
        draws=1000,
        exact=False,
        criteria=("win_rate above 50%", "latency_s_p95 max_increase 300ms"),
        false_pass=sample_results.estimate(0.021, 0.014, 0.031),
        false_fail=sample_results.estimate(0.004, 0.001, 0.011),
        policy=PolicyResult(rule="win_rate > 0.5", ships=sample_results.estimate(0.46, 0.43, 0.49)),
        notes=("The rule ships more than twice as often as the 5% that people expect.",),
    )


def planned(**changes: Any) -> RunPreview:
    """Return a planned duel, of which one criterion is out of reach."""
    full = RunPreview(
        schema_version=1,
        kind="plan",
        experiment=EXPERIMENT,
        control="control",
        treatment="treatment",
        cases=60,
        repeats=1,
        differences=sample_results.result().differences,
        calls=240,
        models=("openai:gpt-6-luna", "anthropic:claude-opus-4-8"),
        input_tokens=Band(low=40_000.0, high=60_000.0),
        output_tokens=Band(low=20_000.0, high=90_000.0),
        usd=Band(low=0.30, high=0.55),
        unpriced=(),
        cap_usd=5.0,
        cap_enforced=True,
        provable=(
            Feasibility(message="win_rate above 50%: provable from 6 cases", within_reach=True),
            Feasibility(message="check_pass_rate max_drop 2pp: needs ≥ 183 cases, you have 60", within_reach=False),
        ),
        selection="60 of 100 cases, seed 7",
        notes=("Five cases are nearly alike.",),
    )
    return replace(full, **changes)


def sized(**changes: Any) -> SizePlan:
    """Return the size of a duel that proves two things."""
    full = SizePlan(
        schema_version=1,
        kind="size",
        unit="cases",
        per_arm={"cases": 112},
        total=112,
        formula="exact sign-flip over all outcomes of the cases",
        inputs={"win_rate": 0.65, "power": 0.8, "from_run": RUN, "clusters": None},
        power=0.802,
        days=None,
        weeks=None,
        power_curve=((28, 0.0), (56, 0.23), (84, 0.58), (112, 0.802), (168, 0.95), (224, 0.99)),
        notes=("Of the run's 60 cases 30% are tied.",),
        criteria=(
            CriterionSize(
                criterion="win_rate above 50%",
                role="primary",
                cases=64,
                at_best=6,
                power=0.97,
                assumed="win rate 65%, 30% tied",
            ),
            CriterionSize(
                criterion="check_pass_rate max_drop 5pp",
                role="guardrail",
                cases=104,
                at_best=36,
                power=0.83,
                assumed="no case changes",
                drives=True,
            ),
        ),
    )
    return replace(full, **changes)


def labelled() -> LabelSummary:
    """Return how far three raters are."""
    return LabelSummary(
        schema_version=1,
        kind="label",
        run=RUN,
        labels=f".arena/runs/{RUN}/labels.jsonl",
        cases=60,
        without_pair=2,
        raters=(
            RaterProgress(rater="anna", seed=7, labelled=40, skipped=3, left=17),
            RaterProgress(
                rater="ben", seed=8, labelled=20, skipped=0, left=0, sample=SampleChoice(size=20, of=60, seed=3)
            ),
        ),
        imported={"new": 12, "replaced": 1, "known already": 3, "unverified": 0},
    )


def past() -> PastRuns:
    """Return a run of each kind and state."""
    bounds = sample_results.interval(0.605, 0.8125)
    common: dict[str, Any] = {"started": None, "experiment": "support-bot", "calls": 240, "paid_usd": 0.41}
    return PastRuns(
        runs=(
            PastRun(run="20261122-1107-support-bot", status="interrupted", **common),
            PastRun(run="20261122-1106-which-tone", status="complete", cases=60, best="concise, friendly", **common),
            PastRun(
                run="20261122-1105-checks-only",
                status="complete",
                cases=60,
                headline="check_pass_rate",
                value=0.16,
                interval=sample_results.interval(0.03, 0.29),
                unit="share",
                decision="fail",
                **common,
            ),
            PastRun(
                run="20261122-1104-support-bot",
                status="complete",
                cases=60,
                headline="win_rate",
                value=0.717,
                interval=bounds,
                unit="share",
                decision="pass",
                **common,
            ),
        )
    )


def cached(**changes: Any) -> CacheInfo:
    """Return what a cache holds, of which one answer is damaged."""
    full = CacheInfo(
        folder="/home/dana/support-bot/.arena/cache",
        entries=240,
        damaged=("c0ffee",),
        size_bytes=3 * 2**20,
        models={"openai:gpt-6-luna": 120, "anthropic:claude-opus-4-8": 119},
        oldest="2026-11-20T10:00:00+00:00",
        newest="2026-11-22T11:04:38+00:00",
        paid_usd=0.41,
    )
    return replace(full, **changes)


def every() -> Iterator[Any]:
    """Yield results of all kinds, of some of them several."""
    yield from (sample_results.result(), sample_results.undecided(), sample_results.without_judge())
    yield from (gate(), gate(sealed=True), gate(sent=False))
    yield from (ranking(), going_round(), tallied(), audit(), trusted(), label_swaps())
    yield from (planned(), planned(variants=("a", "b", "c"), usd=None, unpriced=("local:tiny",), provable=()))
    yield from (
        sized(),
        sized(total=None, per_arm={"cases": None}, power=None, power_curve=(), reason="no number could"),
    )
    yield plan_looks(equal_fractions(4), "obrien-fleming", alpha=0.05, power=0.8, parameter=None)
    yield check_looks((0.25, 0.5, 0.75, 1.0), (3.47, 2.45, 2.14, 2.01), intended=0.05)
    yield from (labelled(), replace(labelled(), raters=(), imported=None), past(), PastRuns(runs=()))
    yield from (cached(), cached(entries=0, damaged=(), models={}, oldest=None, newest=None))
