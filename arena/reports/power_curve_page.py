"""A plan as one page that people pass on: no script, no address, light, dark and paper."""

from html import escape

from arena.records.plans import CriterionSize, SizePlan
from arena.reports import numbers
from arena.reports.power_curve import STYLE, draw
from arena.reports.report import Found, Page
from arena.reports.safe_text import safe_line
from arena.reports.size_words import axis_label, headline

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PAGE = """
:root{color-scheme:light dark;--ink:#1b1f24;--muted:#59636e;--rule:#d8dee4;--paper:#ffffff;--mark:#b35900}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--muted:#9aa5b1;--rule:#353c45;--paper:#0f141a;--mark:#ffa657}}
@media print{:root{color-scheme:light;--ink:#000;--muted:#333;--rule:#bbb;--paper:#fff;--mark:#000}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:920px;padding:24px 16px 48px;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.45rem;line-height:1.3;margin:0 0 8px}h2{font-size:1.05rem;margin:32px 0 8px}
p{margin:0 0 8px}.muted{color:var(--muted)}ul{margin:8px 0;padding-left:20px}
figure{margin:24px 0}svg{display:block;width:100%;height:auto}.narrow{display:none}
@media (max-width:560px){table{font-size:.9rem}.wide{display:none}.narrow{display:block}}
@media print{.wide{display:block}.narrow{display:none}figure,table{break-inside:avoid}}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 16px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--muted);font-weight:600}td.number,th.number{text-align:right;white-space:nowrap}
tr.chosen td{font-weight:600}.tag{color:var(--mark);font-weight:600;white-space:nowrap}
"""


def render(found: Found[SizePlan], page: Page) -> str:
    """Return the plan as a self-contained page: in words, as a curve, and in tables."""
    plan = found.result
    title = _safe(headline(plan))
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title><style>{_PAGE}{STYLE}</style></head><body>",
            f"<h1>{title}</h1>",
            f"<p>{_how(plan)}</p>",
            *_list(plan.notes),
            *_criteria(plan.criteria),
            *(_figure(plan) if plan.power_curve else []),
            *_inputs(plan),
            "</body></html>\n",
        ]
    )


def _how(plan: SizePlan) -> str:
    power = "" if plan.power is None else f"{numbers.share(plan.power)} power; "
    return _safe(f"{power}{plan.formula}")


def _figure(plan: SizePlan) -> list[str]:
    chosen = next(iter(plan.per_arm.values()))
    rows = [
        f'<tr{" class=chosen" if units == chosen else ""}><td class="number">{units:,}</td>'
        f'<td class="number">{numbers.share(power)}</td><td>{"the plan" if units == chosen else ""}</td></tr>'
        for units, power in plan.power_curve
    ]
    return [
        f'<figure><div class="wide">{draw(plan, width=880, height=420)}</div>',
        f'<div class="narrow">{draw(plan, width=358, height=320)}</div></figure>',
        f'<h2>Power</h2><table><thead><tr><th class="number">{_safe(axis_label(plan))}</th>',
        f'<th class="number">power</th><th></th></tr></thead><tbody>{"".join(rows)}</tbody></table>',
    ]


def _criteria(criteria: tuple[CriterionSize, ...]) -> list[str]:
    if not criteria:
        return []
    rows = [
        f"<tr><td>{_safe(one.criterion)}{' <span class=tag>needs most</span>' if one.drives else ''}"
        f'<div class="muted">{_safe(one.assumed)}{f"; {_safe(one.reason)}" if one.reason else ""}</div></td>'
        f'<td class="number">{numbers.UNKNOWN if one.cases is None else f"{one.cases:,}"}</td>'
        f'<td class="number">{numbers.share(one.power)}</td>'
        f'<td class="number">{numbers.UNKNOWN if one.at_best is None else f"{one.at_best:,}"}</td></tr>'
        for one in criteria
    ]
    return [
        "<h2>What must be proved</h2><table><thead><tr><th>criterion, and what is taken to be true</th>",
        '<th class="number">cases</th><th class="number">power</th><th class="number">at best</th></tr></thead>',
        f"<tbody>{''.join(rows)}</tbody></table>",
    ]


def _inputs(plan: SizePlan) -> list[str]:
    rows = [
        f"<tr><td>{_safe(name.replace('_', ' '))}</td><td>{_safe(_value(value))}</td></tr>"
        for name, value in plan.inputs.items()
        if value is not None
    ]
    return [f"<h2>Inputs</h2><table><tbody>{''.join(rows)}</tbody></table>"]


def _value(value: float | str) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _list(notes: tuple[str, ...]) -> list[str]:
    return [f'<ul class="muted">{"".join(f"<li>{_safe(note)}</li>" for note in notes)}</ul>'] if notes else []


def _safe(text: str) -> str:
    return escape(safe_line(text))
