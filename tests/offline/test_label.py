"""Which answers people compare, in which order, and whose labels may come in."""

import json
from collections import Counter
from dataclasses import replace
from math import ceil, floor
from pathlib import Path
from types import SimpleNamespace

import pytest

import labelled_runs
from arena.errors import FileError, UsageError
from arena.offline.label.incoming import Incoming, read_labels
from arena.offline.label.order import draw, in_order, queue, seed_of, shown_first
from arena.offline.label.pairs import choose, comparable
from arena.offline.label.progress import progress_of
from arena.offline.label.raters import rater_named
from arena.records.call import ToolCall
from arena.records.case import Case, Document
from arena.records.label import Label
from arena.records.labelling import AnswerPair, SampleChoice
from labelled_runs import ARMS, answered


def pair(case: str, *tags: str) -> AnswerPair:
    """Return two answers to a case."""
    return AnswerPair(case=Case(id=case, input="?", tags=tags), answers={"old": "a", "new": "b"}, tool_calls={})


PAIRS = [pair(f"c{i}") for i in range(200)]


class TestPairs:
    """A case is labelled where both variants answered it."""

    def test_a_case_with_a_failed_answer_is_not_shown_and_counted(self, tmp_path: Path) -> None:
        """Nothing is dropped silently."""
        some = labelled_runs.cases(3)
        rows = [*labelled_runs.both(some[:2]), answered("c02", "control", "x"), answered("c02", "treatment", None)]
        found = comparable(labelled_runs.run(tmp_path, some, rows))
        assert [each.case.id for each in found.pairs] == ["c00", "c01"]
        assert found.without_pair == ("c02",)

    def test_a_variant_called_tie_cannot_be_labelled(self, tmp_path: Path) -> None:
        """A label names the better variant, or a tie: which of the two `tie` is could not be told."""
        some = labelled_runs.cases(2)
        saved = labelled_runs.run(tmp_path, some)
        called_tie = SimpleNamespace(id="r", result=replace(saved.result, treatment="tie"))
        with pytest.raises(UsageError, match=r"run r cannot be labelled: a variant is called 'tie'.*rename it"):
            comparable(called_tie)  # type: ignore[arg-type] # what it reads of a run

    def test_cases_that_were_not_asked_are_no_failures(self, tmp_path: Path) -> None:
        """A run of a sample has pairs of the sample alone."""
        some = labelled_runs.cases(5)
        found = comparable(labelled_runs.run(tmp_path, some, labelled_runs.both(some[:2])))
        assert (len(found.pairs), found.without_pair) == (2, ())

    def test_it_is_the_first_repeat_in_which_both_answered(self, tmp_path: Path) -> None:
        """One pair a case, whatever the number of repeats."""
        some = labelled_runs.cases(1)
        texts: dict[str, list[str | None]] = {"control": ["a0", "a1", "a2"], "treatment": [None, "b1", "b2"]}
        rows = [answered("c00", arm, text, repeat=i) for arm in ARMS for i, text in enumerate(texts[arm])]
        (only,) = comparable(labelled_runs.run(tmp_path, some, rows, repeats=3)).pairs
        assert (only.repeat, only.answers) == (1, {"control": "a1", "treatment": "b1"})

    def test_documents_do_not_tell_the_variants_apart(self, tmp_path: Path) -> None:
        """Where each variant saw its own, a rater sees them all, each once."""
        one, two, three = (Document(text=text) for text in ("one", "two", "three"))
        some = labelled_runs.cases(1, context=(three,))
        base = labelled_runs.run(tmp_path / "base", some).experiment.variants
        saw = {"control": (one, two), "treatment": (two,)}
        variants = {arm: replace(base[arm], context=saw[arm]) for arm in ARMS}
        (only,) = comparable(labelled_runs.run(tmp_path / "own", some, variants=variants)).pairs
        assert only.context == (one, two)
        (shared,) = comparable(labelled_runs.run(tmp_path / "shared", some)).pairs
        assert shared.context == (three,)

    def test_tool_calls_belong_to_an_answer(self, tmp_path: Path) -> None:
        """An answer may be nothing else."""
        call = ToolCall(name="refund", arguments="{}")
        rows = [answered("c00", "control", "", tool_calls=(call,)), answered("c00", "treatment", "No.")]
        (only,) = comparable(labelled_runs.run(tmp_path, labelled_runs.cases(1), rows)).pairs
        assert only.tool_calls == {"control": (call,), "treatment": ()}

    def test_a_run_without_a_pair_cannot_be_labelled(self, tmp_path: Path) -> None:
        """It says why, and how often."""
        some = labelled_runs.cases(2)
        rows = [answered(case.id, arm, None) for case in some for arm in ARMS]
        with pytest.raises(UsageError, match=r"nothing to label: an answer failed in each of its 2 cases"):
            comparable(labelled_runs.run(tmp_path, some, rows))

    def test_tags_and_cases_narrow_the_choice(self) -> None:
        """A choice that leaves nothing says what there is."""
        some = [pair("a", "hard"), pair("b", "easy"), pair("c", "hard")]
        assert [each.case.id for each in choose(some, tags=["hard"], cases=[])] == ["a", "c"]
        assert [each.case.id for each in choose(some, tags=["hard"], cases=["c"])] == ["c"]
        with pytest.raises(UsageError, match=r"cases z: no such case with two answers in this run \(it has a, b, c\)"):
            choose(some, tags=[], cases=["z"])
        with pytest.raises(UsageError, match="tags odd: no case is left to label; the tags are easy, hard"):
            choose(some, tags=["odd"], cases=[])
        with pytest.raises(UsageError, match="no case has a tag"):
            choose([pair("a")], tags=["odd"], cases=[])


class TestOrder:
    """All chance follows from one seed."""

    def test_a_seed_is_of_one_run_and_one_rater(self) -> None:
        """The same two have it on every machine; another rater has another one."""
        assert seed_of("20261122-1104-support-bot", "anna") == 317565586
        assert len({seed_of("run", "anna"), seed_of("run", "ben"), seed_of("other", "anna")}) == 3

    def test_either_side_is_as_likely(self) -> None:
        """Over 200 cases the share of a side is within 4.5 standard errors of a half; no two raters' are alike."""
        sides = {seed: [shown_first(each, seed) for each in PAIRS] for seed in range(20)}
        assert all(abs(each.count("old") - 100) < 32 for each in sides.values())
        assert len({tuple(each) for each in sides.values()}) == 20

    def test_the_side_says_nothing_of_the_place_in_the_order(self) -> None:
        """The first hundred of an order hold as many of each side as the second."""
        ordered = [shown_first(each, 7) for each in in_order(PAIRS, 7)]
        assert abs(ordered[:100].count("old") - ordered[100:].count("old")) < 45

    def test_new_cases_come_first_then_skipped_then_labelled_ones(self) -> None:
        """Labelled cases are shown only again on demand; a skip is forgotten with the label."""
        some = PAIRS[:6]
        ids = [each.case.id for each in in_order(some, 3)]
        labelled, skipped = {ids[0], ids[1]}, {ids[1], ids[3]}
        shown = queue(some, labelled=labelled, skipped=skipped, seed=3)
        assert [each.case.id for each in shown] == [ids[2], ids[4], ids[5], ids[3]]
        again = queue(some, labelled=labelled, skipped=skipped, seed=3, again=True)
        assert [each.case.id for each in again] == [ids[2], ids[4], ids[5], ids[3], ids[0], ids[1]]

    def test_progress_counts_the_chosen_cases_alone(self) -> None:
        """What was labelled of other cases is not of this work."""
        now = progress_of("anna", ["a", "b", "c", "d"], labelled=["a", "z"], skipped=["a", "b", "y"], seed=1)
        assert (now.labelled, now.skipped, now.left) == (1, 1, 2)


class TestSample:
    """A sample is stratified by tags, and every case is as likely to be in it."""

    GROUPS = (("a", 1), ("b", 2), ("c", 7), ("d", 30))
    SOME = tuple(pair(f"{tag}{i}", tag) for tag, size in GROUPS for i in range(size))

    @pytest.mark.parametrize("seed", range(20))
    def test_every_tag_has_its_share(self, seed: int) -> None:
        """Of m cases the sample has m·size/of, rounded down or up."""
        drawn = Counter(each.case.tags[0] for each in draw(self.SOME, SampleChoice(size=13, of=40, seed=seed)))
        assert sum(drawn.values()) == 13
        for tag, size in self.GROUPS:
            assert floor(size * 13 / 40) <= drawn[tag] <= ceil(size * 13 / 40)

    def test_every_case_is_as_likely(self) -> None:
        """Over 2,000 seeds each of 40 cases is drawn 650 times, within 4.5 standard errors."""
        drawn = Counter(
            each.case.id for seed in range(2000) for each in draw(self.SOME, SampleChoice(size=13, of=40, seed=seed))
        )
        assert max(abs(drawn[each.case.id] - 650) for each in self.SOME) < 4.5 * (2000 * 0.325 * 0.675) ** 0.5

    def test_a_sample_is_the_same_for_the_same_seed_and_in_the_order_of_the_set(self) -> None:
        """Raters who are given one seed label the same cases."""
        one, two = (draw(self.SOME, SampleChoice(size=9, of=40, seed=5)) for _ in range(2))
        assert one == two
        assert [self.SOME.index(each) for each in one] == sorted(self.SOME.index(each) for each in one)
        assert draw(self.SOME, SampleChoice(size=40, of=40, seed=5)) == self.SOME


class TestRaters:
    """Who labels is known by name."""

    def test_the_name_is_given_or_that_of_the_user(self) -> None:
        """What is given stands above the environment."""
        assert rater_named("ben", {"USER": "anna"}, []) == "ben"
        assert rater_named(None, {"USER": "", "LOGNAME": "anna"}, ["anna"]) == "anna"
        with pytest.raises(UsageError, match="who labels"):
            rater_named(None, {}, [])

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("", "is empty"),
            (" anna", "blank"),
            ("an\x1b[2Jna", "invisible character"),
            ("a" * 61, "longer than 60"),
            ("Anna", "looks like anna, who labelled this run before"),
            ("аnna", "mixes Latin letters"),
        ],
    )
    def test_a_name_that_could_be_another_or_none_is_refused(self, name: str, why: str) -> None:
        """A rater's labels would be two people's; nothing of a terminal's codes is printed."""
        with pytest.raises(UsageError, match=why) as refused:
            rater_named(name, {}, ["anna"])
        assert "\x1b" not in str(refused.value)


class TestIncoming:
    """Labels of a file come in only where they speak of this run's answers."""

    PAIRS = (pair("one"), pair("two"), pair("three"))

    def read(self, path: Path, *rows: object, rater: str | None = None, known: tuple[Label, ...] = ()) -> Incoming:
        """Read rows as a file of labels."""
        path = path / "labels.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return read_labels(path, pairs=self.PAIRS, arms=("old", "new"), rater=rater, known=known)

    def row(self, case: str = "one", **keys: object) -> dict[str, object]:
        """Return a right row."""
        digest = next((each.digest for each in self.PAIRS if each.case.id == case), "0" * 16)
        return {"case": case, "winner": "new", "rater": "anna", "first": "old", "answers": digest, **keys}

    def test_new_replaced_and_known_ones_are_told_apart(self, tmp_path: Path) -> None:
        """The same file twice changes nothing the second time."""
        first = self.read(tmp_path, self.row("one"), self.row("two", note="hm"))
        assert (first.new, first.replaced, first.known, first.unverified) == (2, 0, 0, 0)
        assert first.labels[1].note == "hm"
        second = self.read(tmp_path, self.row("one"), self.row("two", winner="tie"), known=first.labels)
        assert (second.new, second.replaced, second.known) == (0, 1, 1)
        assert [each.winner for each in second.labels] == ["tie"]

    def test_labels_without_rater_or_digest_are_taken_on_trust(self, tmp_path: Path) -> None:
        """The rater is named for the whole file; how many do not say what they compare is counted."""
        found = self.read(tmp_path, {"case": "one", "winner": "tie"}, self.row("two"), rater="ben")
        assert [each.rater for each in found.labels] == ["ben", "anna"]
        assert found.unverified == 1

    @pytest.mark.parametrize(
        ("keys", "said"),
        [
            ({"case": "oen"}, ":2:10: case: the run has no two answers to 'oen' (did you mean 'one'?)"),
            ({"winner": "left"}, ":2:27: winner: 'left' is no variant; there are old, new, and tie"),
            ({"rater": None}, ":2:43: rater: no 'rater': who labelled? --rater NAME says it for the whole file"),
            ({"rater": "an\u200bna"}, "rater: 'an\\u200bna' holds an invisible character, U+200B: remove it"),
            ({"first": "left"}, "first: expected old or new, found 'left'"),
            ({"answers": "f" * 16}, "answers: other answers were compared than those of this run"),
            ({"repeat": 1}, "other answers were compared than those of this run"),
            ({"case": "two"}, ":2:10: case: a second label of anna for 'two': remove one"),
            ({"winner": 1}, "winner: expected a variant's name or tie, found 1"),
        ],
    )
    def test_every_mistake_has_its_line(self, tmp_path: Path, keys: dict[str, object], said: str) -> None:
        """One wrong line refuses the whole file."""
        with pytest.raises(FileError) as refused:
            self.read(tmp_path, self.row("two"), self.row("one") | keys, self.row("three"))
        assert said in str(refused.value)
        assert "labels.jsonl:2" in str(refused.value)

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        """As for every other file."""
        with pytest.raises(UsageError, match="cannot read"):
            read_labels(tmp_path / "none.jsonl", pairs=self.PAIRS, arms=("old", "new"), rater=None, known=())
