"""The article's audit of a judge: eight labels, six of them met."""

import json
from pathlib import Path

import pytest

from command_line import arena

HUMAN = ["A", "B", "A", "TIE", "B", "A", "B", "B"]
JUDGE = ["A", "B", "B", "TIE", "B", "A", "A", "B"]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Write the labels with the judge's word beside them."""
    rows = zip(HUMAN, JUDGE, strict=True)
    lines = [json.dumps({"case": f"c{i}", "human": human, "judge": judge}) for i, (human, judge) in enumerate(rows)]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_six_of_eight_is_below_80_percent_recalibrate_judge(labels: Path) -> None:
    """75.0% < 80%: exit 1; and eight labels cannot prove it, which about 246 would."""
    done = arena(labels, "audit", "labels.jsonl")
    assert done.code == 1
    assert "agreement 75.0% < policy 80.0%: recalibrate judge" in done.out
    assert "8 labelled cases cannot tell whether the agreement is below 80%; about 246" in done.out


def test_the_same_for_a_machine(labels: Path) -> None:
    """Agreement 6/8 [.409, .929]; kappa .579: chance is (3·3 + 4·4 + 1·1)/64; the orders are not known."""
    found = arena(labels, "audit", "labels.jsonl", "--output-format", "json").json
    agreement, kappa = found["agreement"], found["kappa"]
    assert (agreement["value"], agreement["n"], agreement["interval"]["method"]) == (0.75, 8, "wilson")
    assert [agreement["interval"][end] for end in ("low", "high")] == pytest.approx([0.4093, 0.9285], abs=5e-5)
    assert kappa["value"] == pytest.approx((0.75 - 26 / 64) / (1 - 26 / 64))
    assert found["krippendorff_alpha"]["value"] == pytest.approx(1 - 0.25 / (152 / 240))
    assert (found["decision"], found["decided"], found["labels_needed"]) == ("recalibrate judge", False, 246)
    assert found["agreement_both_orders"]["value"] is None
    assert found["order_kappa"]["reason"] == "the order in which the answers were shown is not known"
    assert found["confusion"] == {
        "control": {"control": 2, "treatment": 1, "tie": 0},
        "treatment": {"control": 1, "treatment": 3, "tie": 0},
        "tie": {"control": 0, "treatment": 0, "tie": 1},
    }


def test_with_a_policy_of_three_quarters_it_passes(labels: Path) -> None:
    """The policy is the least agreement: 75% meets 75%, exit 0."""
    done = arena(labels, "audit", "labels.jsonl", "--policy", "0.75")
    assert done.code == 0
    assert "agreement 75.0% ≥ policy 75.0%: enable trend monitoring" in done.out
