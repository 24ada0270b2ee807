"""The labels of one run: who labels which cases, here, on a page, or in a file that comes back."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.offline.label import incoming
from arena.offline.label.order import draw, queue, seed_of
from arena.offline.label.pairs import Comparable, choose, comparable
from arena.offline.label.progress import progress_of
from arena.offline.label.raters import looking_like, rater_named
from arena.offline.label.turn import Turn
from arena.records.labelling import AnswerPair, LabelSummary, RaterProgress, SampleChoice
from arena.runs.labels import LabelBook, RaterNotes
from arena.runs.saved import SavedRun
from arena.text.printable import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What somebody else is sent to label."""

    rater: str  # "" where whoever labels says it
    pairs: Sequence[AnswerPair]
    seed: int  # of the sides


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWork:
    """One run, its labels, and the cases that were chosen of it."""

    run: SavedRun
    found: Comparable
    book: LabelBook
    chosen: tuple[AnswerPair, ...]

    @classmethod
    def of(cls, run: SavedRun, *, tags: Collection[str] = (), cases: Collection[str] = ()) -> "LabelWork":
        """Return the work on the cases of a run that have one of `tags` and are among `cases`.

        Raises:
            UsageError: no case has two answers, or none is left.
        """
        found = comparable(run)
        return cls(run=run, found=found, book=LabelBook(run.path), chosen=choose(found.pairs, tags=tags, cases=cases))

    def turn(self, rater: str | None, environment: Mapping[str, str], *, sample: int | None, again: bool) -> Turn:
        """Return the turn of one rater.

        Args:
            rater: the name; None: who is logged in.
            environment: where that stands.
            sample: cases that are drawn; None: as many as the rater began with.
            again: also what was labelled already.

        Raises:
            UsageError: nobody is named, or the name is none, or looks like another rater's.
        """
        name = rater_named(rater, environment, self._raters())
        notes = self.book.notes().get(name)
        choice = self._choice(sample, notes)
        pairs, seed = self._part(choice), seed_of(self.run.id, name)
        mine = {each.case: each for each in self.book.labels() if each.rater == name}
        left = queue(pairs, labelled=mine, skipped=notes.skipped if notes else (), seed=seed, again=again)
        return Turn(
            book=self.book,
            rater=name,
            seed=seed,
            sample=choice,
            chosen=pairs,
            queue=list(left),
            notes={each.case: each.note for each in mine.values() if each.note},
        )

    def sheet(self, rater: str | None, *, sample: int | None) -> Sheet:
        """Return what somebody else is sent."""
        return Sheet(
            rater=rater_named(rater, {}, self._raters()) if rater is not None else "",
            pairs=self._part(self._choice(sample, None)),
            seed=seed_of(self.run.id, "page"),
        )

    def take_in(self, file: Path, *, rater: str | None) -> tuple[LabelSummary, tuple[str, ...]]:
        """Read labels that were made elsewhere; all of them come in, or none.

        Returns:
            How far every rater is, and warnings.

        Raises:
            FileError: every mistake with its line.
        """
        name = rater_named(rater, {}, ()) if rater is not None else None
        result = self.run.result
        arms = (result.control, result.treatment)
        read = incoming.read_labels(file, pairs=self.found.pairs, arms=arms, rater=name, known=self.book.labels())
        warnings = [*read.warnings, *self._look_alikes({each.rater for each in read.labels})]
        if read.labels:
            self.book.put_all(read.labels)
        if read.unverified:
            warnings.append(_on_trust(read.unverified))
        counts = {"new": read.new, "replaced": read.replaced, "known already": read.known}
        return self.summary(imported=counts | {"unverified": read.unverified}), tuple(warnings)

    def summary(self, *, imported: dict[str, int] | None = None) -> LabelSummary:
        """Return how far every rater is."""
        return LabelSummary(
            schema_version=1,
            kind="label",
            run=self.run.id,
            labels=str(self.book.path),
            cases=len(self.chosen),
            without_pair=len(self.found.without_pair),
            raters=tuple(self._progress(rater) for rater in self._raters()),
            imported=imported,
        )

    def _progress(self, rater: str) -> RaterProgress:
        notes = self.book.notes().get(rater)
        choice = self._choice(None, notes)
        return progress_of(
            rater,
            [pair.case.id for pair in self._part(choice)],
            labelled=[each.case for each in self.book.labels() if each.rater == rater],
            skipped=notes.skipped if notes else (),
            seed=notes.seed if notes else None,
            sample=choice,
        )

    def _look_alikes(self, names: set[str]) -> Iterator[str]:
        known = self._raters()
        for name in sorted(names):
            if other := looking_like(name, known):
                yield f"{printable(name)} looks like {printable(other)}, who labelled this run before: two people?"

    def _raters(self) -> list[str]:
        return sorted({each.rater for each in self.book.labels()} | set(self.book.notes()))

    def _choice(self, size: int | None, notes: RaterNotes | None) -> SampleChoice | None:
        """Return the sample that is meant: the one asked for, else the one that the rater began with."""
        of = len(self.chosen)
        if size is None:
            begun = notes.sample if notes else None
            return begun if begun and begun.of == of else None
        return SampleChoice(size=size, of=of, seed=seed_of(self.run.id, "")) if size < of else None

    def _part(self, choice: SampleChoice | None) -> Sequence[AnswerPair]:
        return draw(self.chosen, choice) if choice else self.chosen


def _on_trust(count: int) -> str:
    if count == 1:
        return "1 label does not say which answers it compares: taken on trust"
    return f"{count:,} labels do not say which answers they compare: taken on trust"
