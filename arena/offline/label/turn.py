"""One rater's turn on one run: what is left to see, and each word on it, remembered at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from arena.offline.label.order import shown_first
from arena.offline.label.progress import progress_of
from arena.records.label import Label
from arena.records.labelling import AnswerPair, RaterProgress, SampleChoice
from arena.runs.labels import LabelBook

Side = Literal["left", "right", "tie"]


@dataclass(slots=True, kw_only=True)
class Turn:
    """What a rater still has to see, and what was done so far."""

    book: LabelBook
    rater: str
    seed: int
    sample: SampleChoice | None
    chosen: Sequence[AnswerPair]
    queue: list[AnswerPair]
    notes: dict[str, str] = field(default_factory=dict)  # by case, until a label takes them along
    history: list[tuple[AnswerPair, Label | None, bool]] = field(default_factory=list)  # the label and skip before

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

    def label(self, side: Side) -> None:
        """Keep which answer of the first pair of the queue is better, by where it stood."""
        pair = self.queue[0]
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
        self._done(before, skipped)

    def skip(self) -> None:
        """Put the first pair of the queue off."""
        case = self.queue[0].case.id
        before, skipped = self._labels().get(case), case in self._skipped()
        self.book.skip(case, self.rater)
        self._done(before, skipped)

    def undo(self) -> AnswerPair | None:
        """Take the last word back and put its pair in front; None when there is none."""
        if not self.history and not self._remember():
            return None
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
        return pair

    def _done(self, before: Label | None, skipped: bool) -> None:
        self.history.append((self.queue.pop(0), before, skipped))

    def _remember(self) -> bool:
        """Put the last label of an earlier turn into the history; False when there is none."""
        by_case = {pair.case.id: pair for pair in self.chosen}
        earlier = [case for case in self._labels() if case in by_case]
        if earlier:
            self.history.append((by_case[earlier[-1]], None, False))
        return bool(earlier)

    def _labels(self) -> dict[str, Label]:
        return {each.case: each for each in self.book.labels() if each.rater == self.rater}

    def _skipped(self) -> tuple[str, ...]:
        notes = self.book.notes().get(self.rater)
        return () if notes is None else notes.skipped
