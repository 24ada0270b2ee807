"""`arena audit`: can I trust the judge?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.deliver import check_formats, deliver
from arena.cli.options import OutputFile, OutputFormat, Root
from arena.cli.project import project_root
from arena.cli.screen import say
from arena.errors import UsageError
from arena.reports.report import Found

if TYPE_CHECKING:
    from arena.offline.audit.read import Given
    from arena.records.audit import AuditResult

LabelsArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="LABELS",
        help="What people said: labels.jsonl or .csv, perhaps with the judge's word. The run's own by default.",
        show_default=False,
    ),
]
Run = Annotated[
    str | None, typer.Option("--run", metavar="RUN", help="The run whose judge is audited; the latest by default.")
]
JudgmentsFile = Annotated[
    Path | None, typer.Option("--judgments", metavar="FILE", help="A file of judgments in place of a run.")
]
Policy = Annotated[
    float,
    typer.Option("--policy", metavar="SHARE", min=0.0, max=1.0, help="The least agreement of a judge that is trusted."),
]
Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="FILE", help="Has it drifted: an earlier audit's .json, or other labels."),
]
Treatment = Annotated[str | None, typer.Option("--treatment", metavar="NAME", help="Which variant is the new one.")]
Control = Annotated[str | None, typer.Option("--control", metavar="NAME", help="Which variant it is compared with.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the resamples behind the intervals.")]


def audit(
    labels: LabelsArgument = None,
    run: Run = None,
    judgments: JudgmentsFile = None,
    policy: Policy = 0.8,
    against: Against = None,
    treatment: Treatment = None,
    control: Control = None,
    seed: Seed = 0,
    output_format: OutputFormat = "text",
    output: OutputFile = None,
    root: Root = None,
) -> None:
    """Can I trust the judge: does it agree with people?"""
    files = output or []
    check_formats("audit", output_format, files)
    _check(labels, run, judgments, control, treatment)
    project = None if judgments is not None else project_root(root, start=Path.cwd())
    given = _given(labels, run, judgments, project, control, treatment)
    for warning in given.warnings:
        say(f"warning: {warning}")
    result = _audited(given, labels, run, judgments, project, against, policy=policy, seed=seed)
    deliver(Found(result=result), output_format=output_format, files=files)
    if result.decision == "recalibrate judge":
        raise typer.Exit(1)


def _check(
    labels: Path | None, run: str | None, judgments: Path | None, control: str | None, treatment: str | None
) -> None:
    if run is not None and judgments is not None:
        raise UsageError("--run and --judgments exclude each other: one of them holds what the judge said")
    if judgments is not None and labels is None:
        raise UsageError("--judgments needs LABELS: the file of what people said")
    if judgments is None and (control is not None or treatment is not None):
        raise UsageError("--control and --treatment belong to --judgments: a run knows which is which")


def _given(
    labels: Path | None,
    run: str | None,
    judgments: Path | None,
    project: Path | None,
    control: str | None,
    treatment: str | None,
) -> "Given":
    """Read judgments and labels: of a file, of the labels' own file where the judge stands in it, else of a run."""
    from arena.offline.audit import read

    file = None if labels is None else read.load_labels(labels, name=str(labels))
    if judgments is not None and file is not None:
        return read.from_judgments(file, judgments, source=str(labels), control=control, treatment=treatment)
    if file is not None and run is None and file.has_judgments:
        return read.from_own_judge(file, source=str(labels))
    from arena.runs.find import find
    from arena.runs.saved import load

    assert project is not None
    saved = load(find(run or "latest", root=project))
    source = read.labels_of_run(saved) if labels is None else labels
    file = file or read.load_labels(source, name=str(source))
    return read.from_run(file, saved, source=str(source) if labels else f"labels of run {saved.id}")


def _audited(
    given: "Given",
    labels: Path | None,
    run: str | None,
    judgments: Path | None,
    project: Path | None,
    against: Path | None,
    *,
    policy: float,
    seed: int,
) -> "AuditResult":
    import numpy as np

    from arena.offline.audit.read import earlier_audit
    from arena.offline.audit.summarise import audit as audited

    earlier = None
    if against is not None:
        agreement = earlier_audit(against)
        if agreement is None:
            other = _given(
                against,
                run,
                judgments,
                project,
                given.evidence.control if judgments else None,
                given.evidence.treatment if judgments else None,
            )
            agreement = audited(
                other.evidence, other.subject, rng=np.random.default_rng(seed), file=other.labels
            ).agreement
        earlier = str(against), agreement
    return audited(
        given.evidence,
        given.subject,
        rng=np.random.default_rng(seed),
        file=given.labels,
        policy=policy,
        earlier=earlier,
    )
