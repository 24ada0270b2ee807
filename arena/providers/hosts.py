"""Which key may go to which host: a file can name an address, but it cannot bind a key to it.

- The vendor's own address gets the vendor's key.
- OPENAI_BASE_URL and the like get the vendor's key: the environment itself moved the vendor there.
- `ARENA_HOSTS=host=ENV_VAR,…` and `--allow-host host=ENV_VAR` give a host that variable's value, and no other.
- Loopback gets no key.
- Anything else is refused before anything is sent.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, urlsplit

from arena.errors import UsageError
from arena.providers.vendor import Vendor

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address with the key that may go there."""

    url: str
    key: str | None = field(default=None, repr=False)  # None: no key is sent
    variable: str | None = None  # the environment variable that the key was read from
    missing: str | None = None  # why there is no key although one is needed

    @property
    def host(self) -> str:
        """Return the host's name, for messages."""
        return urlsplit(self.url).hostname or ""

    @property
    def loopback(self) -> bool:
        """Return whether the address is on this machine."""
        return is_loopback(self.host)


def endpoint(
    vendor: Vendor, base_url: str | None, environment: Mapping[str, str], allow_hosts: Mapping[str, str]
) -> Endpoint | None:
    """Return where a vendor's calls go and with which key; None for a vendor without an address.

    Args:
        vendor: The table line.
        base_url: What a file, or the environment through `moved`, names; None is the vendor's own address.
        environment: Where keys and ARENA_HOSTS are read from.
        allow_hosts: Host to variable, from the command line.

    Raises:
        UsageError: The address is not plain http(s), or no key is bound to its host.
    """
    url = base_url or moved(vendor, environment) or vendor.base_url
    if url is None:
        if not vendor.base_url_variables:
            return None
        raise UsageError(f"{vendor.name}: set {vendor.base_url_variables[0]} to the address of your resource")
    place = _split(vendor, url)
    bound = _bound(place, environment, allow_hosts)
    if bound:
        return _keyed(url, (bound,), environment)
    if _same_origin(place, vendor.base_url):
        return _keyed(url, vendor.key_variables, environment)
    if _same_origin(place, moved(vendor, environment)):
        return replace(_keyed(url, vendor.key_variables, environment), missing=None)  # a gateway may need none
    if is_loopback(place.hostname or ""):
        return Endpoint(url=url)
    raise UsageError(
        f"{vendor.name}: no key may go to {place.hostname}: a file cannot send a key to another host",
        hint=f"Bind one: `allow_hosts` {place.hostname}=ENV_VAR, or ARENA_HOSTS={place.hostname}=ENV_VAR",
    )


def moved(vendor: Vendor, environment: Mapping[str, str]) -> str | None:
    """Return the address to which the environment moved a vendor (OPENAI_BASE_URL …), or None."""
    return next((url for name in vendor.base_url_variables if (url := environment.get(name, "").strip())), None)


def parse_bindings(text: str) -> dict[str, str]:
    """Return host to variable, read from `host=ENV_VAR,host2:8443=ENV_VAR2`.

    >>> parse_bindings("llm.example.com=LLM_KEY, gpu-1:8000=GPU_KEY")
    {'llm.example.com': 'LLM_KEY', 'gpu-1:8000': 'GPU_KEY'}

    Raises:
        UsageError: A part is not HOST=ENV_VAR.
    """
    bindings = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        host, equals, variable = (piece.strip() for piece in part.partition("="))
        if not host or not equals or not variable.isidentifier() or "/" in host:
            raise UsageError(f"host binding '{part}' is not HOST=ENV_VAR")
        bindings[host.lower()] = variable
    return bindings


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine: `localhost`, 127.0.0.0/8 or ::1.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost.example.com")
    (True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secrets(
    environment: Mapping[str, str], vendors: Mapping[str, Vendor], allow_hosts: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the value of every variable that holds a key, longest first: what no message may show."""
    names = {name for vendor in vendors.values() for name in vendor.key_variables}
    names.update(parse_bindings(environment.get("ARENA_HOSTS", "")).values(), allow_hosts.values())
    values = {environment.get(name, "").strip() for name in names} - {""}
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


def _split(vendor: Vendor, url: str) -> SplitResult:
    # Parsers disagree about backslashes, spaces and control bytes, so a key could go elsewhere than checked.
    plain = url.isascii() and url.isprintable() and not set(url) & set('\\ <>"`{}|^')
    try:
        place = urlsplit(url)
        valid = plain and place.scheme in _PORTS and place.hostname and place.username is None and place.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"{vendor.name}: base_url {url!r} is not a plain http(s) address")
    return urlsplit(url)


def _bound(place: SplitResult, environment: Mapping[str, str], allow_hosts: Mapping[str, str]) -> str | None:
    bindings = parse_bindings(environment.get("ARENA_HOSTS", ""))
    bindings.update({host.lower(): variable for host, variable in allow_hosts.items()})
    host = (place.hostname or "").lower()
    return bindings.get(f"{host}:{_port(place)}") or bindings.get(host)


def _keyed(url: str, variables: tuple[str, ...], environment: Mapping[str, str]) -> Endpoint:
    variable = next((name for name in variables if environment.get(name, "").strip()), None)
    if variable:
        return Endpoint(url=url, key=environment[variable].strip(), variable=variable)
    return Endpoint(url=url, missing=f"{' or '.join(variables)} is not set" if variables else None)


def _same_origin(place: SplitResult, url: str | None) -> bool:
    if url is None:
        return False
    other = urlsplit(url)
    return (place.scheme, place.hostname, _port(place)) == (other.scheme, other.hostname, _port(other))


def _port(place: SplitResult) -> int | None:
    return place.port or _PORTS.get(place.scheme)
