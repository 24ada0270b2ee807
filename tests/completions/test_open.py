import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arena.completions import retry
from arena.completions.open import Completions, CompletionSettings, open_completions
from arena.completions.pool import Work, run_workers
from arena.completions.store.cache import Cache
from arena.completions.stored import Counts
from arena.errors import ArenaError, BudgetExceeded, CacheMiss, FileError, ProviderUnusable, StorageFailed
from arena.records.call import Answer, CallFailure, Completion, FailureKind, Finish, Request, ToolCall
from arena.records.variant import Price
from completion_parts import Double, FixedPrices, answer_to, failure, opened, request, ticking
from loopback import KEY, Loopback, echoed_key, status


def ask(cache_dir: Path, provider: Double | None, *asked: Request, **settings: Any) -> tuple[list[Answer], Counts]:
    """Ask requests one after the other in a session of their own."""

    async def main() -> tuple[list[Answer], Counts]:
        async with opened(cache_dir, provider, **settings) as completions:
            return [await completions.complete(one) for one in asked], completions.counts

    return asyncio.run(main())


def test_an_answer_is_paid_for_once(tmp_path: Path) -> None:
    """The second run gets the same answer from the cache, and opens no provider."""
    double = Double()
    first, counts = ask(tmp_path, double, request(), run_id="run-1")
    again, counts_again = ask(tmp_path, None, request(), run_id="run-2")
    assert first == again
    assert (counts, counts_again) == (Counts(made=1), Counts(cached=1))
    assert len(double.asked) == 1
    assert double.closed == 1


def test_an_answer_says_when_and_in_which_run_it_was_paid(tmp_path: Path) -> None:
    """As first paid: a later run does not change it."""
    (answer,), _ = ask(tmp_path, Double(), request(), run_id="run-1", clock=ticking())
    assert isinstance(answer, Completion)
    assert (answer.called_at, answer.called_in) == ("2026-11-22T00:00:01.000000+00:00", "run-1")


def test_another_body_or_repeat_is_another_call(tmp_path: Path) -> None:
    """Whatever goes over the wire, and the repeat index, make the key."""
    double = Double()
    ask(tmp_path, double, request(), request(repeat=1), request(1), request(base_url="http://a"))
    ask(tmp_path, double, request(), request(repeat=1), request(1), request(base_url="http://a"))
    assert len(double.asked) == 4


def test_a_failed_call_is_not_stored(tmp_path: Path) -> None:
    """The next run asks again."""
    double = Double(lambda asked: failure(asked, FailureKind.BAD_RESPONSE))
    (answer,), counts = ask(tmp_path, double, request())
    assert isinstance(answer, CallFailure)
    assert counts == Counts(failed=1)
    assert isinstance(ask(tmp_path, Double(), request())[0][0], Completion)


UNSUCCESSFUL = [
    pytest.param({"finish": Finish.REFUSAL, "text": "I cannot."}, id="refusal"),
    pytest.param({"finish": Finish.CONTENT_FILTER, "text": "..."}, id="content filter"),
    pytest.param({"text": " \n"}, id="empty"),
    pytest.param({"finish": Finish.LENGTH, "text": ""}, id="empty at the limit"),
]
CALL = ToolCall(name="look_up", arguments="{}")
SUCCESSFUL = [
    pytest.param({"finish": Finish.LENGTH, "text": "cut sho"}, id="cut by length"),
    pytest.param(
        {"finish": Finish.TOOL_CALLS, "text": "", "tool_calls": (ToolCall(name="f", arguments=""),)}, id="tool"
    ),
]


@pytest.mark.parametrize("changes", UNSUCCESSFUL)
def test_a_refusal_or_an_empty_answer_is_no_success(tmp_path: Path, changes: dict[str, Any]) -> None:
    """The run that got it keeps it, also when it is resumed; another run asks again; offline it is what there is."""
    double = Double(lambda asked: answer_to(asked, **changes))
    first, _ = ask(tmp_path, double, request(), request(), run_id="run-1")[0]
    ask(tmp_path, double, request(), run_id="run-1")
    assert len(double.asked) == 1
    assert ask(tmp_path, None, request(), run_id="run-2", offline=True)[0] == [first]
    ask(tmp_path, double, request(), run_id="run-2")
    assert len(double.asked) == 2


@pytest.mark.parametrize("changes", SUCCESSFUL)
def test_an_answer_at_its_limit_and_a_tool_call_are_answers(tmp_path: Path, changes: dict[str, Any]) -> None:
    """They are what the request asked for, so they are not asked for again."""
    double = Double(lambda asked: answer_to(asked, **changes))
    ask(tmp_path, double, request(), run_id="run-1")
    ask(tmp_path, double, request(), run_id="run-2")
    assert len(double.asked) == 1


def test_without_a_run_nothing_is_of_the_same_run(tmp_path: Path) -> None:
    """Answers without a run's name do not count as this run's own."""
    double = Double(lambda asked: answer_to(asked, ""))
    ask(tmp_path, double, request())
    ask(tmp_path, double, request())
    assert len(double.asked) == 2


def test_offline_a_miss_names_the_case(tmp_path: Path) -> None:
    """Nothing is sent, nothing is written, exit 4."""
    ask(tmp_path, Double(), request(0))
    with pytest.raises(CacheMiss, match="case c1, variant control") as raised:
        ask(tmp_path, None, request(0), request(1), offline=True)
    assert raised.value.exit_code == 4


def test_refresh_asks_everything_again_but_nothing_twice(tmp_path: Path) -> None:
    """A refresh that was stopped goes on where it stopped; the next refresh asks anew."""
    double = Double()
    ask(tmp_path, double, request(0), request(1), run_id="run-1")
    ask(tmp_path, double, request(0), run_id="run-2", refresh=True)
    ask(tmp_path, double, request(0), request(1), run_id="run-2", refresh=True)
    assert double.cases == ["c0", "c1", "c0", "c1"]
    ask(tmp_path, double, request(0), run_id="run-3", refresh=True)
    assert double.cases[4:] == ["c0"]


def test_equal_requests_in_flight_are_sent_once(tmp_path: Path) -> None:
    """Ten who ask the same at the same time share one call and one answer."""
    double = Double(latency_s=0.01)

    async def main() -> tuple[list[Answer], Counts]:
        async with opened(tmp_path, double) as completions:
            answers = await asyncio.gather(*(completions.complete(request()) for _ in range(10)))
            return answers, completions.counts

    answers, counts = asyncio.run(main())
    assert len(double.asked) == 1
    assert len(set(map(repr, answers))) == 1
    assert counts == Counts(made=1, cached=9)


def test_equal_requests_share_a_failure_too(tmp_path: Path) -> None:
    """A call that fails fails for all who wait for it."""
    double = Double(lambda asked: failure(asked, FailureKind.BAD_RESPONSE), latency_s=0.01)

    async def main() -> Counts:
        async with opened(tmp_path, double) as completions:
            await asyncio.gather(*(completions.complete(request()) for _ in range(3)))
            return completions.counts

    assert asyncio.run(main()) == Counts(failed=3)
    assert len(double.asked) == 1


def test_who_waits_for_a_stopped_caller_asks_himself(tmp_path: Path) -> None:
    """A shared call does not die with the one who happened to be first."""
    double = Double(latency_s=3600)

    async def main() -> Answer:
        async with opened(tmp_path, double) as completions:
            first = asyncio.create_task(completions.complete(request()))
            second = asyncio.create_task(completions.complete(request()))
            while not double.asked:
                await asyncio.sleep(0)
            double.latency_s = 0
            first.cancel()
            return await second

    assert isinstance(asyncio.run(main()), Completion)
    assert len(double.asked) == 2


def test_two_sessions_on_one_cache_see_each_others_answers(tmp_path: Path) -> None:
    """What another run has stored since this one began is fresh, whatever it is."""
    double = Double(lambda asked: answer_to(asked, ""))

    async def main() -> None:
        async with opened(tmp_path, double, run_id="run-1", refresh=True) as one:
            async with opened(tmp_path, double, run_id="run-2") as other:
                await other.complete(request())
            await one.complete(request())

    asyncio.run(main())
    assert len(double.asked) == 1


def test_a_claim_that_is_never_given_back_is_ignored_in_the_end(tmp_path: Path) -> None:
    """A process that was stopped in the middle does not stop this one for ever."""

    async def main() -> Answer:
        async with opened(tmp_path, Double(), deadline_s=1) as completions:
            stored = completions._stored
            stored._patience_s = 0.1
            await completions.complete(request(0))
            assert stored._claims is not None
            stored._claims.take = lambda key: False  # type: ignore[method-assign]  # another process holds it
            return await completions.complete(request(1))

    assert isinstance(asyncio.run(main()), Completion)


def test_a_read_only_cache_is_read_and_nothing_is_kept(tmp_path: Path) -> None:
    """Calls are made where an answer is missing, and nothing is written."""
    ask(tmp_path, Double(), request(0))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    _, counts = ask(tmp_path, Double(), request(0), request(1), request(1), read_only=True)
    assert counts == Counts(made=2, cached=1)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


TARGET: dict[str, Any] = {"vendor": "target", "api": "target"}


def test_a_function_is_cached_only_with_a_declared_version(tmp_path: Path) -> None:
    """Without a version nothing says that the function is still the same."""
    double = Double()
    for _ in range(2):
        ask(tmp_path, double, request(**TARGET), request(**TARGET, api_version="3"))
    assert [asked.api_version for asked in double.asked] == [None, "3", None]
    with pytest.raises(CacheMiss):
        ask(tmp_path, None, request(**TARGET), offline=True)


@pytest.mark.parametrize("api", ["replay", "scripted"])
def test_what_is_answered_in_this_process_is_never_stored(tmp_path: Path, api: str) -> None:
    """Also offline it is simply answered."""
    double = Double()
    for offline in (False, True):
        ask(tmp_path, double, request(vendor=api, api=api), offline=offline)
    assert len(double.asked) == 2
    assert not list(tmp_path.rglob("*.db"))


def test_a_damaged_entry_is_asked_again_with_a_warning(tmp_path: Path) -> None:
    """The warning is there for the caller to print."""
    ask(tmp_path, Double(), request(0), request(1))
    with Cache(tmp_path) as cache:
        store = cache.open_for_writing()
        store.set(request(0).key, b"nonsense")

    async def main() -> tuple[Counts, tuple[str, ...]]:
        async with opened(tmp_path, Double()) as completions:
            await completions.complete(request(0))
            await completions.complete(request(1))
            return completions.counts, completions.warnings

    counts, warnings = asyncio.run(main())
    assert counts == Counts(made=1, cached=1)
    assert len(warnings) == 1


def test_a_failing_store_stops_the_paying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first commit that fails no more than the calls in flight are paid for."""
    double = Double(latency_s=0.001)

    def full(*_: object) -> None:
        raise StorageFailed("the disk is full")

    async def main() -> None:
        async with opened(tmp_path, double, concurrency=4) as completions:
            monkeypatch.setattr(Cache, "put", full)

            async def handle(number: int) -> None:
                await completions.complete(request(number))

            await run_workers(Work(range(200)), handle, concurrency=4)

    with pytest.raises(StorageFailed, match="full"):
        asyncio.run(main())
    assert len(double.asked) <= 8


def test_a_store_that_cannot_be_opened_is_known_before_anything_is_paid(tmp_path: Path) -> None:
    """A file in the place of the cache folder: exit 4, nothing sent."""
    (tmp_path / "cache").write_text("mine")
    double = Double()
    with pytest.raises(StorageFailed):
        ask(tmp_path / "cache", double, request())
    assert double.asked == []


def run_all(cache_dir: Path, server: Loopback, count: int, concurrency: int = 4, **settings: Any) -> Completions:
    """Ask many requests of the loopback server through the real SDK, with the pool."""
    environment = settings.pop("environment", server.environment)

    async def main() -> Completions:
        async with open_completions(
            CompletionSettings(cache_dir=cache_dir, concurrency=concurrency, **settings),
            environment=environment,
            clock=ticking(),
            rng=np.random.default_rng(7),
        ) as completions:

            async def handle(number: int) -> None:
                await completions.complete(request(number, base_url=server.url))

            await run_workers(Work(range(count)), handle, concurrency=concurrency)
            completions.check_endpoints()
            return completions

    return asyncio.run(main())


@pytest.mark.parametrize("fault", [echoed_key(), status(404, "The model does not exist.", code="model_not_found")])
def test_a_refused_key_or_model_stops_within_the_calls_in_flight(tmp_path: Path, fault: Any) -> None:
    """401 and 404: exit 4, naming vendor and variable, and no byte of the key, although the server repeats it."""
    with Loopback(faults=lambda _: fault) as server, pytest.raises(ProviderUnusable) as raised:
        run_all(tmp_path, server, 100)
    assert server.count <= 4
    said = f"{raised.value.message} {raised.value.hint} {raised.value!r}"
    assert "openai" in said
    assert "OPENAI_API_KEY" in said
    assert KEY not in said
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_missing_key_is_known_before_anything_is_sent(tmp_path: Path) -> None:
    """The table's own words, exit 4."""
    provider_of_no_key = request(vendor="anthropic", api="messages")

    async def main() -> None:
        async with open_completions(
            CompletionSettings(cache_dir=tmp_path), environment={}, clock=ticking(), rng=np.random.default_rng(7)
        ) as completions:
            await completions.complete(provider_of_no_key)

    with pytest.raises(ProviderUnusable, match="ANTHROPIC_API_KEY"):
        asyncio.run(main())


def test_a_server_that_is_down_ends_the_run_and_pays_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 4 after a series of failures; when it is back, only what is missing is asked for."""
    monkeypatch.setattr(retry, "FIRST_BACKOFF_S", 0.001)
    down = False
    with Loopback(faults=lambda _: status(503) if down else None) as server:
        run_all(tmp_path, server, 10)
        down = True
        with pytest.raises(ProviderUnusable, match="down"):
            run_all(tmp_path, server, 60)
        down = False
        before = server.count
        counts = run_all(tmp_path, server, 60).counts
        assert server.count - before == 50
    assert counts == Counts(made=50, cached=10)


def test_a_judge_that_is_down_alone_ends_the_run(tmp_path: Path) -> None:
    """Other models of the same vendor may answer as they like: a model that never does is down, and that is exit 4."""

    def answer(asked: Request) -> Answer:
        return failure(asked, FailureKind.TIMEOUT) if asked.model == "judge" else answer_to(asked)

    double = Double(answer)

    async def main() -> None:
        async with opened(tmp_path, double, concurrency=1) as completions:
            for number in range(20):
                await completions.complete(request(number))
                await completions.complete(request(number, model="judge", body={"model": "judge", "n": number}))

    with pytest.raises(ProviderUnusable, match="openai is down for judge: 8 calls in a row"):
        asyncio.run(main())
    assert double.closed == 1


def test_once_stopped_a_session_stays_stopped(tmp_path: Path) -> None:
    """A caller who did not hear of the end cannot spend any more."""
    double = Double(lambda asked: failure(asked, FailureKind.AUTH))

    async def main() -> None:
        async with opened(tmp_path, double) as completions:
            for number in range(3):
                with pytest.raises(ProviderUnusable):
                    await completions.complete(request(number))

    asyncio.run(main())
    assert len(double.asked) == 1


def test_the_budget_counts_what_is_paid_now(tmp_path: Path) -> None:
    """Answers from the cache cost nothing again; the cap is a hard stop; what was paid stays."""
    prices = FixedPrices(Price(input=0.0, output=1000.0))  # 5 tokens: $0.005; a whole limit: $0.1
    double = Double()
    settings: dict[str, Any] = {"pricing": prices, "max_cost_usd": 0.112, "cap_enforced": True}

    async def main() -> tuple[float, int]:
        async with opened(tmp_path, double, **settings) as completions:
            with suppress(BudgetExceeded):
                for number in range(100):
                    await completions.complete(request(number))
            return completions.paid_usd, completions.counts.made

    for _ in range(2):
        paid, made = asyncio.run(main())
        assert (round(paid, 6), made) == (0.015, 3)
    assert double.cases == ["c0", "c1", "c2", "c3", "c4", "c5"]


def test_without_an_enforced_cap_unknown_prices_are_counted(tmp_path: Path) -> None:
    """The caller has decided that an unpriced model may be called."""

    async def main() -> tuple[float, int]:
        async with opened(tmp_path, Double(), max_cost_usd=0.0) as completions:
            await completions.complete(request())
            return completions.paid_usd, completions.unpriced

    assert asyncio.run(main()) == (0.0, 1)


@pytest.mark.parametrize(
    ("asked", "cost"),
    [
        pytest.param(request(price=Price(input=1.0, output=2.0)), 20e-6, id="declared"),
        pytest.param(request(vendor="local", api="local"), 0.0, id="free"),
        pytest.param(request(model="no-such-model-anywhere"), None, id="unknown"),
    ],
)
def test_costs_come_from_the_price_table(tmp_path: Path, asked: Request, cost: float | None) -> None:
    """Declared by the user, known, free, or unknown with the reason."""
    double = Double()

    async def main() -> Answer:
        async with open_completions(
            CompletionSettings(cache_dir=tmp_path, max_cost_usd=5, cap_enforced=True),
            environment={},
            clock=ticking(),
            rng=np.random.default_rng(7),
            open_provider=lambda *_, **__: double,
        ) as completions:
            return await completions.complete(asked)

    answer = asyncio.run(main())
    assert isinstance(answer, Completion)
    assert answer.cost_usd == cost
    assert (answer.cost_reason is None) == (cost is not None)


def test_a_rate_limit_paces_the_calls(tmp_path: Path) -> None:
    """Requests and tokens a minute hold per endpoint."""
    double = Double()

    async def main() -> float:
        loop = asyncio.get_running_loop()
        settings: dict[str, Any] = {"requests_per_minute": 1200, "tokens_per_minute": 10**9}
        async with opened(tmp_path, double, **settings) as completions:
            began = loop.time()
            await asyncio.gather(*(completions.complete(request(number)) for number in range(26)))
            return loop.time() - began

    assert asyncio.run(main()) > 0.2


def transcript(folder: Path, *lines: dict[str, Any]) -> str:
    """Write a transcript and return its path."""
    file = folder / "transcript.jsonl"
    header = {"transcript": 1, "authored": True}
    file.write_text("".join(json.dumps(line) + "\n" for line in (header, *lines)))
    return str(file)


RECORDED = {"case": "c0", "variant": "control", "text": "as recorded"}


def recorded(tmp_path: Path, environment: dict[str, str], double: Double, *asked: Request, **settings: Any) -> Any:
    """Ask with a transcript."""

    async def main() -> tuple[list[Answer], Counts]:
        file = transcript(tmp_path, RECORDED)
        async with opened(
            tmp_path / "cache", double, environment=environment, transcript=file, **settings
        ) as completions:
            return [await completions.complete(one) for one in asked], completions.counts

    return asyncio.run(main())


@pytest.mark.parametrize("settings", [{}, {"offline": True}, {"max_cost_usd": 0.0, "cap_enforced": True}])
def test_a_model_that_cannot_be_called_is_replayed(tmp_path: Path, settings: dict[str, Any]) -> None:
    """No key: the committed answers are used, cost nothing and are never stored as the model's own."""
    double = Double()
    answers, counts = recorded(tmp_path, {}, double, request(), **settings)
    assert (answers[0].text, answers[0].replayed, answers[0].authored) == ("as recorded", True, True)
    assert counts == Counts(replayed=1)
    assert double.asked == []
    assert not (tmp_path / "cache").exists()


def test_a_model_that_can_be_called_is_called(tmp_path: Path) -> None:
    """With a key the transcript is not looked at."""
    double = Double()
    answers, counts = recorded(tmp_path, {"OPENAI_API_KEY": "k"}, double, request(), request())
    assert counts == Counts(made=1, cached=1)
    assert answers[0].text == "Hello."


def test_a_prompt_that_was_not_recorded_ends_the_run(tmp_path: Path) -> None:
    """Nothing of that case can be said: exit 4, naming it."""
    with pytest.raises(ProviderUnusable, match="case c1"):
        recorded(tmp_path, {}, Double(), request(1))


def test_a_broken_transcript_is_told_first(tmp_path: Path) -> None:
    """Before anything is asked: exit 2."""
    (tmp_path / "t.jsonl").write_text("nonsense\n")
    with pytest.raises(FileError):
        ask(tmp_path, Double(), request(), transcript=str(tmp_path / "t.jsonl"))


@pytest.mark.parametrize(
    "end",
    [lambda: ProviderUnusable("gone"), lambda: KeyError("a fault of ours")],
    ids=["an error of the run", "a fault of ours"],
)
def test_no_committed_answer_is_lost_by_anothers_end(tmp_path: Path, end: Callable[[], Exception]) -> None:
    """Whatever one case meets, the answers of its neighbours that came back are stored."""
    got: list[int] = []

    async def main() -> None:
        async with opened(tmp_path, Double(latency_s=0.001), concurrency=4) as completions:

            async def handle(number: int) -> None:
                if number == 30:
                    raise end()
                await completions.complete(request(number))
                got.append(number)

            await run_workers(Work(range(100)), handle, concurrency=4)

    with pytest.raises((ArenaError, KeyError)):
        asyncio.run(main())
    assert len(got) >= 26
    _, counts = ask(tmp_path, None, *(request(number) for number in got))
    assert counts == Counts(cached=len(got))


def test_settings_are_plain_values(tmp_path: Path) -> None:
    """They travel frozen; a change makes another."""
    settings = CompletionSettings(cache_dir=tmp_path)
    assert replace(settings, offline=True).offline
    assert not settings.offline
