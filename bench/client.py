"""A closed-loop HTTP client: some clients, each sending its next request when the last was answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Load:
    """What a run of many requests came to. Times in milliseconds, rate in answers per second."""

    rate: float
    p50_ms: float
    p95_ms: float
    ok: int
    wrong: dict[str, int]


def percentile(values: list[float], share: float) -> float:
    """Nearest rank; 0 for nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))] if ordered else 0.0


def ask(
    url: str, *, token: str = "", method: str = "GET", data: Any = None, headers: Mapping[str, str] | None = None
) -> Any:
    """One call: the JSON of the answer. Raises with the problem's text where it is refused."""
    body = json.dumps(data).encode() if data is not None and not isinstance(data, bytes) else data
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | dict(headers or {})
    request = Request(url, data=body, method=method, headers=sent)
    try:
        with urlopen(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except HTTPError as error:
        raise RuntimeError(f"{method} {url}: {error.code} {error.read()[:500]!r}") from error


def _blocking(run: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """The same call for who has no event loop."""

    @wraps(run)
    def wait(*args: P.args, **kwargs: P.kwargs) -> T:
        return asyncio.run(run(*args, **kwargs))

    return wait


@_blocking
async def load(
    url: str,
    *,
    make: Callable[[], bytes] | None,
    headers: Mapping[str, str],
    clients: int,
    seconds: float,
    expect: set[int],
) -> Load:
    """Send for ``seconds`` after one second of warming up. ``make`` draws each body; None sends GETs."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    fixed = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    method = "POST" if make else "GET"
    head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{fixed}"
    begin = time.perf_counter() + 1.0
    end = begin + seconds
    times: list[float] = []
    wrong: dict[str, int] = {}

    async def one() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 24)
        while (started := time.perf_counter()) < end:
            body = make() if make else b""
            length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if make else ""
            writer.write(f"{head}{length}\r\n".encode() + body)
            status = await _answer(reader)
            if started >= begin:
                if status in expect:
                    times.append((time.perf_counter() - started) * 1000)
                else:
                    wrong[str(status)] = wrong.get(str(status), 0) + 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return Load(len(times) / seconds, percentile(times, 0.5), percentile(times, 0.95), len(times), wrong)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), None)
    if length is not None:
        await reader.readexactly(length)
    elif "transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return int(head[9:12])
