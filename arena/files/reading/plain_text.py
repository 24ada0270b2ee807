"""Bytes of a file to text: UTF-8 only, a BOM and CRLF accepted, control characters refused with their place."""

import re

from arena.errors import FileError, Mistake

#: Larger files are refused before they are read into memory.
MOST_BYTES = 64 * 1024 * 1024

# C0 (but tab and line ends), DEL, C1 (but NEL), lone surrogates and the two non-characters: YAML 1.1 refuses
# the same set, and a terminal obeys some of them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# Invisible characters that reorder what a reader sees (UAX #9): a reviewed file must read as it is written.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def decode(data: bytes, name: str) -> str:
    r"""Return the text of a file, without BOM and with "\n" as the only line end.

    Args:
        data: The file's bytes.
        name: As the user would type it, for messages.

    Raises:
        FileError: bytes that are not UTF-8, or a control character, with line and column.

    >>> decode(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "x.yaml")
    'a: 1\nb: 2\n'
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(name, "", "the file is UTF-16: save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", errors="replace")
        byte = data[error.start]
        guess = f" ({bytes([byte]).decode('latin-1')!r} in latin-1)" if byte >= 0xA0 else ""
        raise _refused(name, before, f"byte 0x{byte:02x}{guess} is not UTF-8: save the file as UTF-8") from None
    text = text.replace("\r\n", "\n")
    for pattern, what in ((_CONTROL, "control character"), (_DIRECTION, "text-direction character")):
        if hit := pattern.search(text):
            message = f"{what} U+{ord(hit.group()):04X}: remove it, or write it as an escape in double quotes"
            raise _refused(name, text[: hit.start()], message)
    return text


def prompt_text(data: bytes, name: str) -> str:
    """Return a prompt's text: decoded, without the one line end that editors add after the last line."""
    return decode(data, name).removesuffix("\n")


def _refused(name: str, before: str, message: str) -> FileError:
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return FileError([Mistake(file=name, line=line, column=column, where="", message=message)])
