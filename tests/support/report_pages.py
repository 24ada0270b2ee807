"""Pages of results, and what a browser is asked about them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from arena.records.case_details import CaseDetails
from arena.records.gate import DuelOrGate
from arena.reports.report import CountedAs
from reported import reported
from sample_results import facts as facts_of

#: Texts whose contrast against what they stand on is below 4.5 (3 for large ones), as WCAG 2.2 reckons it.
FAINT = """() => {
  const luminance = (rgb) => rgb.slice(0, 3).map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const found = numbers(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement, style = getComputedStyle(node);
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("script, style, option")) continue;
    const both = [luminance(numbers(style.color)), luminance(ground(node))].sort((a, b) => b - a);
    const ratio = (both[0] + 0.05) / (both[1] + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(`${walker.currentNode.data.trim()} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


def write(
    folder: Path, found: DuelOrGate, some: Sequence[CaseDetails] = (), counted_as: CountedAs | None = None, **facts: Any
) -> str:
    """Write the page and return its address."""
    file = folder / "report.html"
    page = reported(found, "html", facts=facts_of(**facts), cases=some, counted_as=counted_as)
    file.write_text(page, encoding="utf-8")
    return file.as_uri()
