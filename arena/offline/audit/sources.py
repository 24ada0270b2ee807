"""Where an audit's judgments and labels are read from, and the audit itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from arena.errors import Refused, UsageError
from arena.offline.audit import read
from arena.offline.audit.read import Given
from arena.offline.audit.summarise import audit
from arena.records.audit import AuditResult
from arena.runs.saved import SavedRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What people said, and what the judge said: a file of judgments, the labels' own file, or a run."""

    labels: Path | None = None  # None: those of the run
    judgments: Path | None = None
    run: Callable[[], SavedRun]  # called where the judge stands in neither file
    run_is_named: bool = False  # then the judge's word beside the labels is left alone
    control: str | None = None  # of a file of judgments
    treatment: str | None = None

    def check(self) -> None:
        """Check that these sources go together.

        Raises:
            UsageError: they do not.
        """
        if self.run_is_named and self.judgments is not None:
            problem = "exclude each other: one of them holds what the judge said"
            raise Refused(problem, argument=("run", "judgments"))
        if self.judgments is not None and self.labels is None:
            raise UsageError("`judgments` needs LABELS: the file of what people said")
        if self.judgments is None and (self.control is not None or self.treatment is not None):
            raise Refused("belong to `judgments`: a run knows which is which", argument=("control", "treatment"))

    def read(self) -> Given:
        """Return judgments and labels.

        Raises:
            FileError: mistakes in a file.
            UsageError: there is no such run, or no labels of it.
        """
        file = None if self.labels is None else read.load_labels(self.labels, name=str(self.labels))
        if self.judgments is not None and file is not None:
            return read.from_judgments(
                file, self.judgments, source=str(self.labels), control=self.control, treatment=self.treatment
            )
        if file is not None and not self.run_is_named and file.has_judgments:
            return read.from_own_judge(file, source=str(self.labels))
        saved = self.run()
        source = read.labels_of_run(saved) if self.labels is None else self.labels
        file = file or read.load_labels(source, name=str(source))
        return read.from_run(file, saved, source=str(source) if self.labels else f"labels of run {saved.id}")


def audit_of(
    sources: Sources, *, policy: float = 0.8, against: Path | None = None, seed: int = 0
) -> tuple[AuditResult, tuple[str, ...]]:
    """Return how far a judge agrees with people, and warnings of the files.

    Args:
        sources: of judgments and labels.
        policy: the least agreement of a judge that is trusted, in [0, 1].
        against: an earlier audit's JSON, or other labels, to see whether the judge has drifted.
        seed: of the resamples behind the intervals.

    Raises:
        FileError: mistakes in a file.
        UsageError: sources that do not go together, or have nothing in common.
    """
    sources.check()
    given = sources.read()
    earlier = None
    if against is not None:
        agreement = read.earlier_audit(against)
        if agreement is None:
            arms = given.evidence if sources.judgments else None
            other = replace(
                sources,
                labels=against,
                control=arms.control if arms else None,
                treatment=arms.treatment if arms else None,
            ).read()
            agreement = audit(
                other.evidence, other.subject, rng=np.random.default_rng(seed), file=other.labels
            ).agreement
        earlier = str(against), agreement
    rng = np.random.default_rng(seed)
    found = audit(given.evidence, given.subject, rng=rng, file=given.labels, policy=policy, earlier=earlier)
    return found, tuple(given.warnings)
