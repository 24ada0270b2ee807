"""The formats of JSON Schema (2020-12, section 7.3), all of them asserted and each bounded in time.

The schema library checks some formats only when further packages are installed, and says nothing when
they are not; these need none. A format that the standard does not define is an annotation, as the
standard has it, and is not checked.
"""

import ipaddress
import re
import urllib.parse
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from uuid import UUID

import regex
from jsonschema import FormatChecker

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DURATION = re.compile(
    r"P(?=[\dT])(?:\d{1,18}W|(?:\d{1,18}Y)?(?:\d{1,18}M)?(?:\d{1,18}D)?"
    r"(?:T(?=\d)(?:\d{1,18}H)?(?:\d{1,18}M)?(?:\d{1,18}(?:\.\d{1,18})?S)?)?)",
    re.ASCII,
)
_EMAIL = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}@[^\s@]{1,253}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII | re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_NOT_IN_IRI = re.compile(r"[\x00-\x20\x7f-\xa0<>\"{}|\\^`]|%(?![0-9a-fA-F]{2})")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_RELATIVE_POINTER = re.compile(r"(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~[01])*)*)", re.ASCII)
_TEMPLATE = re.compile(r"(?:[^{}\s]|\{[+#./;?&=,!@|]?[\w.%,:*]+\})*", re.ASCII)


def is_date_time(text: str) -> bool:
    """Return whether the text is an RFC 3339 moment with its offset."""
    return _DATE_TIME.fullmatch(text) is not None and _parses(datetime.fromisoformat, text.upper())


def is_date(text: str) -> bool:
    """Return whether the text is a day of the calendar, YYYY-MM-DD."""
    return _DATE.fullmatch(text) is not None and _parses(date.fromisoformat, text)


def is_time(text: str) -> bool:
    """Return whether the text is an RFC 3339 time of day with its offset."""
    return _TIME.fullmatch(text) is not None and _parses(time.fromisoformat, text.upper())


def is_duration(text: str) -> bool:
    """Return whether the text is an ISO 8601 duration."""
    return _DURATION.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Return whether the text is local@host, in any script."""
    return _EMAIL.fullmatch(text) is not None and is_idn_hostname(text.rpartition("@")[2])


def is_ascii_email(text: str) -> bool:
    """Return whether the text is local@host in ASCII."""
    return text.isascii() and is_email(text)


def is_hostname(text: str) -> bool:
    """Return whether the text is a host name: labels of at most 63 letters, digits and inner hyphens."""
    return len(text) <= 253 and all(_LABEL.fullmatch(label) for label in text.split("."))


def is_idn_hostname(text: str) -> bool:
    """Return whether the text is a host name in any script."""
    return len(text) <= 253 and _parses(lambda name: is_hostname(name.encode("idna").decode()) or int(""), text)


def is_uri(text: str) -> bool:
    """Return whether the text is an absolute URI in ASCII."""
    return text.isascii() and is_iri(text)


def is_uri_reference(text: str) -> bool:
    """Return whether the text is a URI or a relative reference in ASCII."""
    return text.isascii() and is_iri_reference(text)


def is_iri(text: str) -> bool:
    """Return whether the text is an absolute URI in any script."""
    return _SCHEME.match(text) is not None and is_iri_reference(text)


def is_iri_reference(text: str) -> bool:
    """Return whether the text is a URI or a relative reference in any script."""
    return _NOT_IN_IRI.search(text) is None and _parses(lambda each: urllib.parse.urlsplit(each).port, text)


def is_regex(text: str) -> bool:
    """Return whether the text is a regular expression."""
    return _parses(regex.compile, text)


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except (ValueError, regex.error):
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": is_date_time,
    "date": is_date,
    "time": is_time,
    "duration": is_duration,
    "email": is_ascii_email,
    "idn-email": is_email,
    "hostname": is_hostname,
    "idn-hostname": is_idn_hostname,
    "ipv4": lambda text: _parses(ipaddress.IPv4Address, text),
    "ipv6": lambda text: "%" not in text and _parses(ipaddress.IPv6Address, text),
    "uri": is_uri,
    "uri-reference": is_uri_reference,
    "iri": is_iri,
    "iri-reference": is_iri_reference,
    "uuid": lambda text: _UUID.fullmatch(text) is not None and _parses(UUID, text),
    "uri-template": lambda text: _TEMPLATE.fullmatch(text) is not None,
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "relative-json-pointer": lambda text: _RELATIVE_POINTER.fullmatch(text) is not None,
    "regex": is_regex,
}


def format_checker() -> FormatChecker:
    """Return the schema library's checker with these formats and no others; only texts are checked."""
    checker = FormatChecker(formats=())
    for name, holds in FORMATS.items():
        checker.checks(name)(_for_texts(holds))
    return checker


def _for_texts(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or holds(value)
