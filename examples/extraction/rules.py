"""What regular expressions read in a mail: the baseline that a model has to beat."""

import json
import re
from datetime import date, timedelta
from typing import Any

from arena.records.case import Case

#: In order of precedence: the first that is found is the request.
REQUESTS = {
    "invoice": r"\binvoice|\bfattura\b|\brechnung\b|\bfacture\b",
    "cancel": r"\bcancel|\bstornier|\bannul",
    "refund": r"\brefund|\berstattung|\bremboursement|\bpay back|\bmoney\b|\bback or\b",
    "return": r"\breturn|\bsend back|\bsend it back|zurückschick|\bterugsturen",
    "change": r"\bchange\b|\binstead of\b|\bswap\b",
    "status": r"\bwhere\b|\bwill my\b|\bbe here\b|\bwo bleib",
}
NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
CURRENCIES = {"€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "$": "USD", "usd": "USD"}
AMOUNT = re.compile(r"(?P<before>[$£€])?\s?(?P<number>\d[\d.,]*\d)\s?(?P<after>€|EUR|GBP|USD)?(?!\w)")
ITEM = re.compile(
    rf"(?<![\w.,])(?P<count>\d{{1,2}}|an?|{'|'.join(NUMBERS)}) (?:x )?"
    r"(?P<name>[a-zà-ÿ][\wà-ÿ]+(?: of)?(?: [a-zà-ÿ][\wà-ÿ]+)?)",
    re.IGNORECASE,
)
NO_ITEM = frozenset({"of", "to", "day", "days", "week", *MONTHS})


def extract(case: Case) -> str:
    """Return the JSON that the rules read in a case's mail."""
    mail = case.input
    head, _, rest = mail.partition("\n\n")
    body = "\n".join(line for line in rest.partition("\n--\n")[0].split("\n") if not line.startswith(">"))
    amount, currency = money(body)
    order = re.search(r"\btest[- ](\d{4})\b", mail, re.IGNORECASE)
    return json.dumps(
        {
            "order": f"TEST-{order[1]}" if order else None,
            "request": request(mail),
            "items": items(body),
            "amount": amount,
            "currency": currency,
            "wanted_by": wanted_by(body, date.fromisoformat(head[6:16])),
        },
        ensure_ascii=False,
    )


def request(text: str) -> str:
    """Return the first kind of request whose words stand in the text."""
    return next((name for name, words in REQUESTS.items() if re.search(words, text, re.IGNORECASE)), "other")


def money(text: str) -> tuple[float | None, str | None]:
    """Return the last amount with a currency, and the currency."""
    found = [each for each in AMOUNT.finditer(text) if each["before"] or each["after"]]
    if not found:
        return None, None
    digits = re.sub(r"[.,](?=\d{3}(\D|$))", "", found[-1]["number"]).replace(",", ".")
    return float(digits), CURRENCIES[(found[-1]["before"] or found[-1]["after"]).lower()]


def items(text: str) -> list[dict[str, Any]]:
    """Return each count that is followed by a noun, as an item."""
    sold = [each for each in ITEM.finditer(text) if each["name"].lower().split()[0] not in NO_ITEM]
    return [{"name": each["name"].lower(), "quantity": count(each["count"].lower())} for each in sold]


def count(word: str) -> int:
    """Return a number that is written in digits or as a word."""
    return int(word) if word.isdigit() else NUMBERS.index(word) + 1 if word in NUMBERS else 1


def wanted_by(text: str, today: date) -> str | None:
    """Return the first day that is named, counted from the day of the mail."""
    if found := re.search(r"\b(\d{4})-(\d\d)-(\d\d)\b", text):
        return found[0]
    if found := re.search(r"\b(\d\d?)\.(\d\d?)\.(\d{4})\b", text):
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    if found := re.search(rf"\b(\d\d?) ({'|'.join(MONTHS)})\b", text, re.IGNORECASE):
        return date(today.year, MONTHS.index(found[2].lower()) + 1, int(found[1])).isoformat()
    if found := re.search(rf"\bthis ({'|'.join(WEEKDAYS)})\b", text, re.IGNORECASE):
        return (today + timedelta((WEEKDAYS.index(found[1].lower()) - today.weekday()) % 7)).isoformat()
    return (today + timedelta(1)).isoformat() if re.search(r"\btomorrow\b", text, re.IGNORECASE) else None
