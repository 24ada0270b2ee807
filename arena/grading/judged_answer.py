"""One answer, as a judge of its checks sees it."""

from dataclasses import dataclass

from arena.records.case import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnswer:
    """One answer to one case, put to a judge alone."""

    case: Case
    variant: str
    text: str
    repeat: int = 0

    def subject(self, check: int) -> dict[str, str]:
        """Return what a request about this answer is about; `check` is its position among those of the case."""
        return {"case": self.case.id, "variant": self.variant, "check": str(check)}
