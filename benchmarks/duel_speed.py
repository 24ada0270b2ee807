"""How long 2,000 completions take, cold and warm, as ratios to the least possible time, in one run.

    python benchmarks/duel_speed.py [--cases 1000] [--latency-ms 50] [--concurrency 64]

The least possible time is calls × latency / concurrency. Beside it, in the same run: a bare loop over the
openai SDK as most people write it, so that the ratio does not depend on the machine alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent

BARE_LOOP = """
import asyncio, sys
from openai import AsyncOpenAI

async def main(url, calls, concurrency):
    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    gate = asyncio.Semaphore(concurrency)
    async def one(i):
        async with gate:
            await client.chat.completions.create(
                model="bench-1", messages=[{"role": "user", "content": f"Question {i}"}]
            )
    await asyncio.gather(*(one(i) for i in range(calls)))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def measure(command: list[str], *, folder: Path, environment: Mapping[str, str]) -> Spent:
    """Run a command to its end and return what it took; a command that fails ends the benchmark."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(command)} failed:\n{complaint.decode(errors='replace')}")
    return Spent(wall_s=wall_s, cpu_s=used.ru_utime + used.ru_stime, peak_mb=used.ru_maxrss / 1024)


@contextmanager
def loopback(latency_ms: float, folder: Path) -> Iterator[str]:
    """Start the server in a process of its own; yields its base URL."""
    port_file = folder / "port"
    options = ["--latency-ms", str(latency_ms), "--port-file", str(port_file)]
    server = subprocess.Popen([sys.executable, str(HERE / "loopback.py"), *options])
    try:
        while not port_file.exists():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port_file.read_text()}/v1"
    finally:
        server.terminate()
        server.wait()


def requests_of(url: str) -> int:
    """Return how many completions the server was asked for so far."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/stats") as answer:
        return int(json.load(answer)["requests"])


def write_experiment(folder: Path, url: str, cases: int) -> Path:
    """Write an experiment of so many cases, checked but not judged."""
    golden = "".join(
        json.dumps({"id": f"c{i}", "input": f"Question {i}: where is my order?"}) + "\n" for i in range(cases)
    )
    (folder / "golden.jsonl").write_text(golden)
    path = folder / "experiment.yaml"
    path.write_text(
        f"""name: speed
golden: golden.jsonl
model: openai:bench-1
base_url: {url}
decoding: {{temperature: 0, max_tokens: 100}}
variants:
  control: Be helpful.
  treatment: Be helpful and brief.
checks: [{{max_words: 50}}, {{not_contains: "as an AI"}}]
"""
    )
    return path


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--latency-ms", type=float, default=50.0)
    parser.add_argument("--concurrency", type=int, default=64)
    asked = parser.parse_args()
    calls = 2 * asked.cases
    least = calls * asked.latency_ms / 1e3 / asked.concurrency
    environment = {**os.environ, "OPENAI_API_KEY": "none"}
    with tempfile.TemporaryDirectory() as name, loopback(asked.latency_ms, Path(name)) as url:
        folder = Path(name)
        experiment = write_experiment(folder, url, asked.cases)
        duel = [sys.executable, "-m", "arena", "duel", str(experiment), "--concurrency", str(asked.concurrency), "-q"]
        loop = [sys.executable, "-c", BARE_LOOP, url, str(calls), str(asked.concurrency)]
        cold = measure(duel, folder=folder, environment=environment)
        asked_cold = requests_of(url)
        warm = measure(duel, folder=folder, environment=environment)
        asked_warm = requests_of(url) - asked_cold
        bare = measure(loop, folder=folder, environment=environment)
    print(f"{calls} completions, {asked.latency_ms:g} ms, concurrency {asked.concurrency}: at least {least:.2f} s")
    print(f"{'':24}{'wall':>9}{'× least':>9}{'CPU':>9}{'peak':>9}{'requests':>10}")
    rows = (
        ("arena duel, cold", cold, asked_cold),
        ("arena duel, warm", warm, asked_warm),
        ("bare SDK loop", bare, calls),
    )
    for title, spent, requests in rows:
        print(
            f"{title:24}{spent.wall_s:7.2f} s{spent.wall_s / least:8.2f}×{spent.cpu_s:7.2f} s"
            f"{spent.peak_mb:6.0f} MB{requests:10d}"
        )


if __name__ == "__main__":
    main()
