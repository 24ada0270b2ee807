"""One rater at work: shows two answers, takes a word on them, remembers it at once."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from arena.cli.keys import Answers
from arena.cli.screen import say, screen_of
from arena.offline.label.order import shown_first
from arena.offline.label.progress import progress_of
from arena.records.label import Label
from arena.records.labelling import AnswerPair, RaterProgress, SampleChoice
from arena.records.rubric import Rubric
from arena.reports.label_view import render_help, render_pair
from arena.reports.safe_text import safe_line
from arena.runs.labels import LabelBook

PROMPT = " [1] answer 1  [2] answer 2  [t]ie  [s]kip  [u]ndo  [n]ote  [d]iff  [?]  [q]uit"
AT_THE_END = "\n that was the last one.  [u]ndo; any other key ends"
SAID = {"left": "answer 1", "right": "answer 2", "tie": "tie"}


@dataclass(slots=True, kw_only=True)
class Session:
    """What a rater still has to see, and what was done so far."""

    book: LabelBook
    rater: str
    seed: int
    sample: SampleChoice | None
    chosen: Sequence[AnswerPair]
    queue: list[AnswerPair]
    rubric: Rubric
    answers: Answers
    notes: dict[str, str] = field(default_factory=dict)  # by case, until a label takes them along
    history: list[tuple[AnswerPair, Label | None, bool]] = field(default_factory=list)  # the label and skip before
    marked: bool = False

    def run(self) -> None:
        """Ask until nothing is left or the rater has enough; what was answered is on the disk."""
        while self._ask(self.queue[0]) if self.queue else self._undo_at_the_end():
            pass

    def progress(self) -> RaterProgress:
        """Return how far this rater is."""
        return progress_of(
            self.rater,
            [pair.case.id for pair in self.chosen],
            labelled=self._labels(),
            skipped=self._skipped(),
            seed=self.seed,
            sample=self.sample,
        )

    def _ask(self, pair: AnswerPair) -> bool:
        """Show one pair and do what the rater says, until that is about another pair; False: quit."""
        self._show(pair)
        while True:
            command, rest = self.answers.command()
            match command:
                case "left" | "right" | "tie":
                    self._label(pair, command)
                    return True
                case "skip":
                    self._skip(pair)
                    return True
                case "undo":
                    if self._undo():
                        return True
                case "quit":
                    return False
                case "note":
                    self._note(pair, rest)
                case "differences":
                    self.marked = not self.marked
                    self._show(pair)
                case "help":
                    self._help()
                case _:
                    say(f" {safe_line(rest)} means nothing here; ? tells the keys")

    def _undo_at_the_end(self) -> bool:
        """Let the rater take the last word back when nothing is left to show; False: done."""
        if not self.history:
            return False
        say(AT_THE_END)
        command, _ = self.answers.command()
        return command == "undo" and self._undo()

    def _show(self, pair: AnswerPair) -> None:
        now = self.progress()
        skipped = f", {now.skipped} skipped" if now.skipped else ""
        text = render_pair(
            pair,
            shown_first(pair, self.seed),
            screen_of(sys.stderr, os.environ),
            place=f"{now.labelled} of {len(self.chosen)} labelled{skipped}",
            note=self.notes.get(pair.case.id, ""),
            marked=self.marked,
        )
        say(f"{text.rstrip()}\n\n{PROMPT}")

    def _help(self) -> None:
        text = render_help(self.rubric, screen_of(sys.stderr, os.environ))
        say(f"{text.rstrip()}\n\n{PROMPT}")

    def _label(self, pair: AnswerPair, side: str) -> None:
        first = shown_first(pair, self.seed)
        second = next(name for name in pair.answers if name != first)
        label = Label(
            case=pair.case.id,
            winner={"left": first, "right": second, "tie": "tie"}[side],
            rater=self.rater,
            repeat=pair.repeat,
            first=first,
            answers=pair.digest,
            note=self.notes.get(pair.case.id, ""),
        )
        before, skipped = self._labels().get(pair.case.id), pair.case.id in self._skipped()
        self.book.put(label)
        self.book.unskip(pair.case.id, self.rater)
        self._done(pair, before, skipped, SAID[side])

    def _skip(self, pair: AnswerPair) -> None:
        before, skipped = self._labels().get(pair.case.id), pair.case.id in self._skipped()
        self.book.skip(pair.case.id, self.rater)
        self._done(pair, before, skipped, "skipped")

    def _done(self, pair: AnswerPair, before: Label | None, skipped: bool, said: str) -> None:
        self.queue.pop(0)
        self.history.append((pair, before, skipped))
        say(f" {said}")

    def _undo(self) -> bool:
        """Take the last word back and put its pair in front; False when there is none."""
        if not self.history and not self._remember():
            say(" nothing to undo")
            return False
        pair, before, skipped = self.history.pop()
        case = pair.case.id
        taken = self._labels().get(case)
        if taken is not None and taken.note:
            self.notes[case] = taken.note
        if before is not None:
            self.book.put(before)
        elif taken is not None:
            self.book.remove(taken)
        (self.book.skip if skipped else self.book.unskip)(case, self.rater)
        self.queue = [pair, *(each for each in self.queue if each.case.id != case)]
        say(f" taken back: {safe_line(case)}")
        return True

    def _remember(self) -> bool:
        """Put the last label of an earlier session into the history; False when there is none."""
        by_case = {pair.case.id: pair for pair in self.chosen}
        earlier = [case for case in self._labels() if case in by_case]
        if earlier:
            self.history.append((by_case[earlier[-1]], None, False))
        return bool(earlier)

    def _note(self, pair: AnswerPair, text: str) -> None:
        if not text:
            say(" Note, then Return:")
            text = self.answers.line()
        self.notes[pair.case.id] = text
        say(" the note is kept with your label" if text else " no note")

    def _labels(self) -> dict[str, Label]:
        return {each.case: each for each in self.book.labels() if each.rater == self.rater}

    def _skipped(self) -> tuple[str, ...]:
        notes = self.book.notes().get(self.rater)
        return () if notes is None else notes.skipped
