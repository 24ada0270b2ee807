"""Which key may go to which host."""

import pytest

from arena.errors import ProviderUnusable, UsageError
from arena.providers.hosts import endpoint, is_loopback, parse_bindings, secrets
from arena.providers.table import VENDORS, open_provider, unavailable
from arena.records.call import Completion
from arena.records.variant import Model
from loopback import Loopback
from provider_houses import answers_of, ask

OPENAI = VENDORS["openai"]
KEYS = {"OPENAI_API_KEY": "sk-openai-secret", "CORP_KEY": "corp-secret", "ANTHROPIC_API_KEY": "sk-ant-secret"}


def _key(base_url: str | None, environment: dict[str, str] | None = None, **allow_hosts: str) -> str | None:
    allowed = {host.replace("_", "."): variable for host, variable in allow_hosts.items()}
    place = endpoint(OPENAI, base_url, KEYS | (environment or {}), allowed)
    assert place is not None
    return place.key


def test_the_vendors_own_address_gets_the_vendors_key() -> None:
    """Named or not, the vendor's address is the vendor's."""
    assert _key(None) == "sk-openai-secret"
    assert _key("https://api.openai.com/v1") == "sk-openai-secret"
    assert _key("https://API.OpenAI.com:443/v2") == "sk-openai-secret"


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.openai.com/v1",  # in the clear
        "https://api.openai.com:8443/v1",
        "https://api.openai.com.evil.example/v1",
        "https://evil.example/api.openai.com",
        "https://127.0.0.1.evil.example",
        "https://localhost.evil.example",
        "https://api.openai.com./v1",
        "http://0.0.0.0:8000",
        "http://2130706433/",
        "http://169.254.169.254/latest",
    ],
)
def test_another_host_named_by_a_file_is_refused(base_url: str) -> None:
    """Nothing is sent, and the message says how to bind a key on purpose."""
    with pytest.raises(UsageError, match="no key may go to") as caught:
        _key(base_url)
    assert "`allow_hosts`" in str(caught.value.hint)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "ftp://api.openai.com",
        "file:///etc/passwd",
        "api.openai.com/v1",
        "https://",
        "https://user:pass@api.openai.com",
        "https://api.openai.com\\@evil.example",
        "https://api.openai.com /v1",
        "https://api.openai.com\n.evil.example",
        "https://аpi.openai.com",  # a Cyrillic a
        "https://[::1",
        "https://api.openai.com:99999",
        "javascript:alert(1)",
    ],
)
def test_only_plain_http_addresses_are_addresses(base_url: str) -> None:
    """What two parsers could read in two ways is no address."""
    with pytest.raises(UsageError, match="not a plain http"):
        _key(base_url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9", "[::1]"])
def test_loopback_gets_no_key(host: str) -> None:
    """A machine's own servers need none, and a real key is not theirs to have."""
    assert _key(f"http://{host}:8000/v1") is None


def test_the_environment_may_move_a_vendor() -> None:
    """OPENAI_BASE_URL is the environment's own word, so that vendor's key may go there, and no other's."""
    moved = {"OPENAI_BASE_URL": "https://gateway.example/v1"}
    assert _key("https://gateway.example/v1", moved) == "sk-openai-secret"
    assert _key("https://gateway.example/other", moved) == "sk-openai-secret"
    with pytest.raises(UsageError):
        _key("https://gateway.example:444/v1", moved)
    with pytest.raises(UsageError):
        endpoint(VENDORS["anthropic"], "https://gateway.example/v1", KEYS | moved, {})
    assert endpoint(OPENAI, "https://gateway.example/v1", moved, {}) is not None  # a gateway may need no key


def test_a_binding_names_one_hosts_own_key() -> None:
    """ARENA_HOSTS and --allow-host give a host the variable they name; a port narrows it; the command line wins."""
    bound = {"ARENA_HOSTS": "llm.corp.example=CORP_KEY, gpu.example:8000=CORP_KEY"}
    assert _key("https://llm.corp.example/v1", bound) == "corp-secret"
    assert _key("http://gpu.example:8000", bound) == "corp-secret"
    with pytest.raises(UsageError):
        _key("http://gpu.example:8001", bound)
    assert _key("https://other.example", llm_corp="X", other_example="CORP_KEY") == "corp-secret"
    assert _key("https://llm.corp.example/v1", bound, llm_corp_example="OPENAI_API_KEY") == "sk-openai-secret"


@pytest.mark.parametrize("text", ["llm.example.com", "=KEY", "host=", "host=NOT A NAME", "https://host=KEY"])
def test_a_binding_that_is_none_is_refused(text: str) -> None:
    """A typo in ARENA_HOSTS is said, not skipped."""
    with pytest.raises(UsageError, match="HOST=ENV_VAR"):
        parse_bindings(text)


def test_a_key_that_is_not_set_makes_a_model_unavailable() -> None:
    """The reason names the variable; a blank one counts as unset; opening is then refused before anything is sent."""
    model = Model(vendor="openai", name="m")
    assert unavailable(model, {}) == "OPENAI_API_KEY is not set"
    assert unavailable(model, {"OPENAI_API_KEY": "  "}) == "OPENAI_API_KEY is not set"
    assert unavailable(model, KEYS) is None
    assert unavailable(Model(vendor="gemini", name="m"), {}) == "GEMINI_API_KEY or GOOGLE_API_KEY is not set"
    assert unavailable(Model(vendor="openai", name="m", base_url="http://127.0.0.1:1/v1"), {}) is None
    assert unavailable(Model(vendor="ollama", name="m"), {}) is None
    with pytest.raises(ProviderUnusable, match="OPENAI_API_KEY is not set"):
        open_provider("openai", None, environment={})
    with pytest.raises(UsageError, match="no key may go to"):
        unavailable(Model(vendor="openai", name="m", base_url="https://evil.example"), KEYS)


def test_azure_lives_where_the_environment_says() -> None:
    """Anybody can own a host under azure.com, so a file cannot name one."""
    azure = VENDORS["azure"]
    with pytest.raises(UsageError, match="AZURE_OPENAI_BASE_URL"):
        endpoint(azure, None, {"AZURE_OPENAI_API_KEY": "k"}, {})
    with pytest.raises(UsageError, match="no key may go to"):
        endpoint(azure, "https://evil.openai.azure.com/openai/v1", {"AZURE_OPENAI_API_KEY": "k"}, {})
    environment = {"AZURE_OPENAI_BASE_URL": "https://mine.openai.azure.com/openai/v1", "AZURE_OPENAI_API_KEY": "k"}
    place = endpoint(azure, None, environment, {})
    assert place is not None
    assert (place.key, place.host) == ("k", "mine.openai.azure.com")


def test_every_secret_is_known_to_the_redaction() -> None:
    """All keys of the environment are kept out of messages, not only the one in use."""
    environment = KEYS | {
        "ARENA_HOSTS": "a.example=OTHER",
        "OTHER": "other-secret",
        "MINE": "mine-secret",
        "HOME": "/root",
    }
    assert set(secrets(environment, VENDORS, {"b.example": "MINE"})) == {
        "sk-openai-secret",
        "sk-ant-secret",
        "other-secret",
        "mine-secret",
    }
    place = endpoint(OPENAI, None, KEYS, {})
    assert "secret" not in repr(place)


def test_is_loopback_knows_addresses_from_names() -> None:
    """Only this machine is loopback."""
    assert is_loopback("LOCALHOST")
    assert is_loopback("::1")
    assert not is_loopback("example.com")


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_on_the_wire_loopback_sees_no_real_key(vendor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base_url from a file gets a dummy, and the SDK's own variables and headers add nothing."""
    for name, value in {
        "OPENAI_API_KEY": "sk-process-secret",
        "OPENAI_ORG_ID": "org-secret",
        "OPENAI_PROJECT_ID": "project-secret",
        "OPENAI_ADMIN_KEY": "admin-secret",
        "OPENAI_CUSTOM_HEADERS": "X-Custom: custom-secret\nAuthorization: Bearer header-secret",
        "ANTHROPIC_API_KEY": "sk-ant-process-secret",
        "ANTHROPIC_AUTH_TOKEN": "token-secret",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Custom: custom-secret",
    }.items():
        monkeypatch.setenv(name, value)
    with Loopback() as server:
        base_url = server.url if vendor == "openai" else server.root
        (answer,) = answers_of(server, [ask(vendor, base_url=base_url)], environment=KEYS)
        headers = server.requests[0].headers
    assert isinstance(answer, Completion), answer
    assert "secret" not in str(headers)
    assert {headers.get("authorization"), headers.get("x-api-key")} & {"Bearer none", "none"}


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_on_the_wire_the_bound_key_is_sent(vendor: str) -> None:
    """Where the environment moved the vendor, its key arrives, and only its own."""
    with Loopback() as server:
        answers_of(server, [ask(vendor, environment=server.environment)])
        headers = server.requests[0].headers
        key = server.environment["OPENAI_API_KEY"]
    assert {headers.get("authorization"), headers.get("x-api-key")} & {f"Bearer {key}", key}
    assert ("anthropic-version" in headers) == (vendor == "anthropic")
