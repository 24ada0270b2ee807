"""The answer in sentences, as plain as it is honest."""

from math import ceil, floor, log10

from arena.deciding.decide import Ruling
from arena.records.result import JudgeHealth, WinRate
from arena.records.tally import Chance
from arena.stats.estimate import Interval
from arena.stats.preference import fewest_clusters

RULE = "ship if win rate > 50%"
MIRRORED_RULE = "drop if win rate < 50%"
_NAMES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def headline(rate: WinRate, decided: Ruling, chance: Chance, judge: JudgeHealth | None) -> tuple[str, ...]:
    """Return what was counted, and what it says.

    Args:
        rate: of the treatment, over one case at least.
        decided: about "better than 50%".
        chance: what a prompt that changes nothing does.
        judge: who judged; None: not known.
    """
    sentences = [counted(rate), _verdict(rate, decided, chance)]
    if decided.outcome != "inconclusive" and judge is not None and not judge.fit:
        sentences.append(f"But the judge is not fit to decide: {'; '.join(judge.unfit_reasons)}.")
    return tuple(sentences)


def counted(rate: WinRate) -> str:
    """Return the count and the win rate with its interval, such as `8 won, 2 lost: 80% [44, 97]`, as a sentence."""
    counts = f"{rate.wins:,} won, {rate.losses:,} lost" + (f", {rate.ties:,} tied" if rate.ties else "")
    value, interval = rate.value or 0.0, rate.interval
    if interval is None:
        return f"{counts}."
    places = _places(interval)
    return f"{counts}: {percent(value, places)}% [{_ends(interval, places)}]."


def _ends(interval: Interval, places: int) -> str:
    """Return both ends with the same decimals; with any, away from the middle, as they stand in the table."""
    ends = (interval.low, interval.high)
    places = max(places, *(len(percent(end, places).partition(".")[2]) for end in ends if 0.0 < end < 1.0), 0)
    if places == 0:
        return ", ".join(percent(end, 0) for end in ends)
    scale = 10.0**places
    low, high = floor(round(100.0 * scale * ends[0], 6)), ceil(round(100.0 * scale * ends[1], 6))
    return ", ".join("100" if end >= 100.0 * scale else f"{end / scale:.{places}f}" for end in (low, high))


def _places(interval: Interval) -> int:
    """Return how many decimals tell the ends from each other."""
    width = max(100.0 * (interval.high - interval.low), 1e-6)
    return min(max(0, 1 - floor(log10(width))), 4)


def percent(share: float, places: int) -> str:
    """Return a share in percent; what is near 0, 50 or 100 is never shown as that.

    >>> percent(0.8, 0), percent(0.9996, 0), percent(0.4998, 0), percent(0.5, 0)
    ('80', '99.96', '49.98', '50')
    """
    value = round(100.0 * share, 9)  # 57.49999999999999 is 57.5
    text = f"{value:.{places}f}"
    while float(text) in (0.0, 50.0, 100.0) and value != float(text) and places < 9:
        places += 1
        text = f"{value:.{places}f}"
    return text


def _verdict(rate: WinRate, decided: Ruling, chance: Chance) -> str:
    if chance.as_extreme is None:
        return f"Cannot tell: {_balanced(rate)}"
    good = (rate.value or 0.0) > 0.5
    looks = f"a prompt that changes nothing looks this {'good' if good else 'bad'} {frequency(chance.as_extreme)}"
    if decided.outcome == "pass":
        return f"Better than a coin flip: {looks}."
    if decided.outcome == "fail":
        return f"Worse than a coin flip: {looks}."
    if rate.reason or _beyond_half(rate):  # not for want of an effect
        return f"Cannot tell: {decided.message.partition(': ')[2]}; {looks}"
    return f"Cannot tell: {looks}; {rule(chance, rate.cases)}{_too_few(rate)}"


def _beyond_half(rate: WinRate) -> bool:
    return rate.interval is not None and (rate.interval.low > 0.5 or rate.interval.high < 0.5)


def _balanced(rate: WinRate) -> str:
    if rate.ties == rate.cases:
        many = "the one case was a tie" if rate.cases == 1 else f"all {rate.cases:,} cases were ties"
        return f"{many}; to see no difference is not to have shown that there is none"
    return "wins and losses balance; to see no difference is not to have shown that there is none"


def rule(chance: Chance, cases: int) -> str:
    """Return what the common rule does with a prompt that changes nothing."""
    does = "drops" if chance.rule == MIRRORED_RULE else "ships"
    rate = 0.0 if chance.ships_coin_flip is None else chance.ships_coin_flip
    return f'the rule "{chance.rule}" {does} a coin flip {percent(rate, 0)}% of the time at n = {cases:,}'


def _too_few(rate: WinRate) -> str:
    """Return that so few cases cannot prove anything: n wins reach below α/2 only if 2⁻ⁿ does."""
    fewest = fewest_clusters(1.0 - rate.interval.level) if rate.interval else 0
    return f"; fewer than {fewest} cases can prove nothing, whatever they say" if rate.cases < fewest else ""


def frequency(probability: float) -> str:
    """Return a probability as people count: `in 1 of 18 runs`, `in 38 of 100 runs`.

    >>> frequency(0.0547), frequency(0.377), frequency(1 / 4.87e9)
    ('in 1 of 18 runs', 'in 38 of 100 runs', 'in 1 of 4.9 billion runs')
    """
    if probability >= 0.1:
        return f"in {100.0 * probability:.0f} of 100 runs"
    runs = 1.0 / max(probability, 1e-300)
    if runs >= 1e15:
        return "in fewer than 1 of a million billion runs"
    for size, name in _NAMES:
        if runs >= size:
            return f"in 1 of {float(f'{runs / size:.2g}'):g} {name} runs"
    return f"in 1 of {round(runs) if runs < 1000 else round(runs, -int(log10(runs)) + 1):,.0f} runs"
