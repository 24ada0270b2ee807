"""The report of a ranking: one scale, one table of pairs, and marks that read without colour."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len

from arena.files import judgments
from arena.offline.rank.summarise import rank_judgments
from arena.records.ranking import RankResult
from arena.records.result import ExperimentRef
from arena.records.run import Spending
from hostile_text import DANGEROUS, HOSTILE, everywhere
from reported import on, reported
from round_robins import circle, round_robin, write
from sample_results import facts

FOUR = {"control": 0.0, "concise": 0.6, "cites-the-policy-and-name": 1.3, "friendly": 0.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for files of judgments."""
    return tmp_path_factory.mktemp("judgments")


def ranked(folder: Path, rows: list[dict[str, str]]) -> RankResult:
    """Return the ranking of judgments."""
    table = judgments.load([write(folder / "judgments.jsonl", rows)])
    return rank_judgments(table, source="judgments.jsonl", rng=np.random.default_rng(0))


def drawn(result: RankResult, width: int = 80, *, colour: bool = False, unicode: bool = True) -> str:
    """Return the report as text."""
    return reported(result, page=on(width, colour=colour, unicode=unicode))


@pytest.fixture(scope="module")
def four(folder: Path) -> RankResult:
    """Return the ranking of four variants of one judge."""
    return ranked(folder, [row | {"judge": "openai:judge-1"} for row in round_robin(FOUR, 60)])


def test_a_ranking_on_80_columns(four: RankResult) -> None:
    """Everybody on one scale, each with rank set, rating, interval and mean win rate; then every pair."""
    assert drawn(four) == snapshot("""\
judgments.jsonl   4 variants   60 cases   judge openai:judge-1

cites-the-policy-and-name is best of 4, sure at 95%

 Rank  Variant               rating                  wins
    1  cites-the-policy-an…   1,237  [1,154, 1,321]   83%  ┈┈┈┈┈┈┈┈┈┈│┈┈┈┈├─●──┤
  2–3  concise                  993  [928, 1,059]     49%  ┈┈┈┈┈┈┈├─●┼┤┈┈┈┈┈┈┈┈┈
  2–3  friendly                 981  [916, 1,046]     48%  ┈┈┈┈┈┈┈├─●┼┤┈┈┈┈┈┈┈┈┈
    4  control                  788  [707, 869]       20%  ├──●─┤┈┈┈┈│┈┈┈┈┈┈┈┈┈┈
                                                           695     1,000   1,333
 Davidson (1970): Bradley–Terry with ties; intervals and ranks at 95% for all at
 once; odds of 10 to 1 are 400 points

 Win matrix  row against column, %; ▲ better, ▼ worse: proven, all pairs at once
                          1      2      3      4
 1 cites-the-policy-…     ·   ▓ 76▲  █ 81▲  █ 93▲
 2 concise             ░ 24▼     ·   ▒ 51   ▓ 72▲
 3 friendly              19▼  ▒ 49      ·   ▓ 75▲
 4 control                7▼  ░ 28▼  ░ 25▼     ·

 Pair                            won                adj. p     W–L–T  consistent
 cites-the-policy-… – concise  75.8%  [61.5, 86.6]  <.0001   41–10–9         72%
 cites-the-policy… – friendly  80.8%  [65.7, 91.2]  <.0001   46–10–4         88%
 cites-the-policy-… – control  92.9%  [81.0, 98.1]  <.0001    54–2–4         93%
 concise – friendly            51.2%  [36.1, 66.2]  .88     25–23–12         73%
 concise – control             72.5%  [56.5, 84.8]  .0003    42–13–5         82%
 friendly – control            74.6%  [59.5, 85.9]  <.0001   41–10–9         82%

 Judge      openai:judge-1 · consistent 82% [75, 86], 66 flips
            first slot 51% [47, 55], p .22 · 0 of 720 unparseable · fit
""")


def test_a_ranking_on_120_columns(four: RankResult) -> None:
    """Names whole, longer bars, and the first slot beside the consistency."""
    assert drawn(four, 120) == snapshot("""\
judgments.jsonl   4 variants   60 cases   judge openai:judge-1

cites-the-policy-and-name is best of 4, sure at 95%

 Rank  Variant                    rating                  wins
    1  cites-the-policy-and-name   1,237  [1,154, 1,321]   83%  ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈│┈┈┈┈┈┈┈┈┈┈┈┈┈├──────●──────┤┈
  2–3  concise                       993  [928, 1,059]     49%  ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈├─────●────┤┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈
  2–3  friendly                      981  [916, 1,046]     48%  ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈├─────●┼───┤┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈
    4  control                       788  [707, 869]       20%  ┈├──────●──────┤┈┈┈┈┈┈┈┈┈┈│┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈
                                                                695                     1,000                      1,333
 Davidson (1970): Bradley–Terry with ties; intervals and ranks at 95% for all at once; odds of 10 to 1 are 400 points

 Win matrix  row against column, %; ▲ better, ▼ worse: proven, all pairs at once
                                 1      2      3      4
 1 cites-the-policy-and-name     ·   ▓ 76▲  █ 81▲  █ 93▲
 2 concise                    ░ 24▼     ·   ▒ 51   ▓ 72▲
 3 friendly                     19▼  ▒ 49      ·   ▓ 75▲
 4 control                       7▼  ░ 28▼  ░ 25▼     ·

 Pair                                    won                adj. p     W–L–T  consistent  first slot
 cites-the-policy-and-name – concise   75.8%  [61.5, 86.6]  <.0001   41–10–9         72%         56%
 cites-the-policy-and-name – friendly  80.8%  [65.7, 91.2]  <.0001   46–10–4         88%         53%
 cites-the-policy-and-name – control   92.9%  [81.0, 98.1]  <.0001    54–2–4         93%         52%
 concise – friendly                    51.2%  [36.1, 66.2]  .88     25–23–12         73%         52%
 concise – control                     72.5%  [56.5, 84.8]  .0003    42–13–5         82%         47%
 friendly – control                    74.6%  [59.5, 85.9]  <.0001   41–10–9         82%         48%

 Judge      openai:judge-1 · consistent 82% [75, 86], 66 flips · first slot 51% [47, 55], p .22 · 0 of 720 unparseable
            fit
""")


def test_circles_and_faults_are_told(folder: Path) -> None:
    """A circle that is proven, and a variant that never lost."""
    circular = drawn(ranked(folder, circle(["rock", "scissors", "paper"], 60)))
    assert circular.splitlines()[2:4] == snapshot(
        ["No order fits: scissors beats paper, paper beats rock, rock beats scissors, each", "step proven"]
    )
    assert [line for line in circular.splitlines() if "Cycles" in line] == snapshot(
        [" Cycles     scissors beats paper 80%, paper beats rock 80%, rock beats scissors"]
    )
    separated = drawn(ranked(folder, round_robin({"A": 9.0, "B": 0.2, "C": 0.0}, 12)))
    assert separated == snapshot("""\
judgments.jsonl   3 variants   12 cases   judge unnamed judge

A is best of 3, sure at 95%

 Rank  Variant  rating    wins
    1  A             –    100%
  2–3  B             –     28%
  2–3  C             –     22%
 pair by pair: no strengths; rank sets from the pairs, 95% for all of them at
 once

 Win matrix  row against column, %; ▲ better, ▼ worse: proven, all pairs at once
         1      2      3
 1 A     ·   █100▲  █100▲
 2 B     0▼     ·   ▒ 56
 3 C     0▼  ▒ 44      ·

 Pair     won                 adj. p   W–L–T  consistent
 A – B   100%  [67.1, 100.0]  .001    12–0–0        100%
 A – C   100%  [67.1, 100.0]  .001    12–0–0        100%
 B – C  56.2%  [23.3, 85.7]   .75      6–5–1         83%

 No scale   A won every one of 24 comparisons with B, C: how far above has no
            finite answer
            the order of the two groups stands in the win matrix; a distance
            needs cases that the weaker side wins: ask more and harder ones, or
            rank each group by itself

 Judge      unnamed judge · consistent 94% [68, 100], 2 flips
            first slot 49% [36, 63], p 1 · 0 of 72 unparseable · fit
""")


@pytest.mark.parametrize("variants", [2, 3, 12, 30])
def test_no_line_is_longer_than_the_terminal(folder: Path, variants: int) -> None:
    """Many variants take several tables, long names are cut."""
    strengths = {f"variant number {i} of very many": i * 0.1 for i in range(variants)}
    found = ranked(folder, round_robin(strengths, 6))
    for width in (40, 57, 80, 100, 133):
        text = drawn(found, width)
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert text.count("Win matrix") == 1


def test_each_of_several_judges_is_told(folder: Path) -> None:
    """Pooled first, then each by itself."""
    rows = [row | {"judge": name} for name in ("one", "two") for row in round_robin({"A": 0.5, "B": 0.0}, 12)]
    text = drawn(ranked(folder, rows))
    assert "Judge      2 judges pooled · consistent" in text
    assert "            one: consistent" in text
    assert "            two: consistent" in text


def test_only_so_many_pairs_and_rows_are_printed(folder: Path) -> None:
    """The rest stands in JSON, and the report says how much that is."""
    text = drawn(ranked(folder, round_robin({f"v{i:02}": i * 0.1 for i in range(26)}, 4)))
    assert "   2 more in --output-format json" in text
    assert "   310 more in --output-format json" in text


def test_plain_ascii_says_the_same(four: RankResult) -> None:
    """Better and worse, shades, bars and marks have a letter each."""
    text = drawn(four, unicode=False)
    assert text.isascii()
    assert all(mark in text for mark in ("^", "v", "o--", "--]", "[--", "....", "%"))
    assert len(text.splitlines()) == len(drawn(four).splitlines())


def test_colour_adds_codes_and_nothing_else(four: RankResult) -> None:
    """Every mark reads without it."""
    import re

    coloured = drawn(four, colour=True)
    assert "\x1b[32m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == drawn(four)


def test_foreign_text_is_shown_and_never_obeyed(four: RankResult) -> None:
    """In every field of a result that a person or a model wrote."""
    names = {one.name: HOSTILE + str(place) for place, one in enumerate(four.variants)}
    hostile = replace(
        everywhere(replace(four, win_matrix={}, models={}, outcomes={}), HOSTILE),
        variants=tuple(replace(one, name=names[one.name], reason=HOSTILE) for one in four.variants),
        pairs=tuple(replace(one, first=names[one.first], second=names[one.second]) for one in four.pairs),
        win_matrix={
            names[row]: {names[column]: value for column, value in cells.items()}
            for row, cells in four.win_matrix.items()
        },
        models={names[name]: HOSTILE for name in names},
        outcomes={names[name]: {"stop": 1, HOSTILE: 1} for name in names},
        experiment=ExperimentRef(name=HOSTILE, hash=HOSTILE),
        hypothesis=HOSTILE,
        selection=HOSTILE,
    )
    for width in (80, 120):
        assert not DANGEROUS.search(drawn(hostile, width))


def test_a_run_says_what_it_cost_and_how_its_answers_ended(four: RankResult) -> None:
    """Failed calls are counted by class, and the reader is told what they count for."""
    run = replace(
        four,
        experiment=ExperimentRef(name="which-tone", hash="c0ffee"),
        hypothesis="Short answers win.",
        models=dict.fromkeys(FOUR, "openai:model-1"),
        outcomes={"control": {"stop": 58, "failed:timeout": 2}},
        variants=tuple(replace(one, failed=2 * (one.name == "control")) for one in four.variants),
        repeats=2,
        cost_usd=0.41,
        determinism="D2",
        determinism_reason="temperature 0",
        selection="60 of 100 cases, seed 7",
    )
    spending = Spending(made=960, cached=0, failed=2, paid_usd=0.41, seconds=12.0, replay="live")
    text = reported(run, page=on(100), facts=facts(run="20261122-1104-which-tone", spending=spending))
    assert text.splitlines()[0] == "which-tone   4 variants   60 cases × 2   openai:model-1   judge openai:judge-1   D2"
    assert "control: 58 complete · 2 failed:timeout" in text
    assert "a failed call is lost against every variant that answered" in text
    assert "60 of 100 cases, seed 7" in text
    assert "$0.41 · 960 calls, 0 cached, 2 failed · 12 s" in text
    assert ".arena/runs/20261122-1104-which-tone" in text
    assert "Short answers win." in text
