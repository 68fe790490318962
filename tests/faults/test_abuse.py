"""R11: bodies that are empty, huge, endless, slow, deep or broken. Each has its answer and is kept; none is a 500, none
costs memory, and other senders do not notice."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest

from bench.client import percentile
from casebook.models import Alert, RawBody
from config.gunicorn_patience import GRACE_S
from tests.conftest import alert_body
from tests.faults.ledger import Ledger
from tests.faults.shapes import SHAPES, Shape
from tests.faults.size import SEED, size
from tests.faults.web import ALERTS, Line, Web

QUIET_S = size(2.0, 20.0)
ROUNDS = size(1, 4)
OTHERS = 4
PAUSE_S = 0.05
LORISES = 4
CROWD = 40
WARMING = 16
MOST_MIB = 150
UNNOTICED_MS = 100.0
"""Below this nobody notices; on a busy machine the slowest of a hundred says little."""


@pytest.fixture(scope="module")
def web(serve: Callable[..., Web]) -> Web:
    """As the product starts it: two processes of eight threads; both have answered, and loaded what they load once."""
    web = serve(workers=2, threads=8)
    with ThreadPoolExecutor(WARMING) as pool:
        answers = list(pool.map(web.send, [alert_body() for _ in range(4 * WARMING)]))
    assert {status for status, _ in answers} == {201}
    return web


def test_each_has_its_answer_and_is_kept(web: Web, tell: Callable[[object], None]) -> None:
    told: dict[str, int] = {}
    grown: dict[float, str] = {}
    calm = peak_mib(web)
    for shape in SHAPES:
        forget_peaks(web)
        told[shape.name], answer = knock(web, shape)
        grown[peak_mib(web) - calm] = shape.name
        assert told[shape.name] in shape.expected, f"{shape.name}: {answer[-500:]!r}"
    most = max(grown)
    tell(f"R11: {told}; at most {most:.0f} MiB more than before, by {grown[most]}")
    assert most < MOST_MIB
    kept = {bytes(sha) for sha in RawBody.objects.values_list("sha256", flat=True)}
    missing = [shape.name for shape in SHAPES for part in shape.kept if hashlib.sha256(part).digest() not in kept]
    assert not missing
    assert "Traceback" not in web.said()
    assert "Internal Server Error" not in web.said()


def test_a_byte_a_second_is_told_408(web: Web, tell: Callable[[object], None]) -> None:
    """In its head and in its body, from more hands than there are threads; who sends as one should is served."""
    head = f"POST {ALERTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {web.token}\r\n".encode()
    whole = head + b"Content-Type: application/json\r\nContent-Length: 2000\r\n\r\n"
    stop = Event()
    with ThreadPoolExecutor(CROWD) as pool:
        began = time.monotonic()
        slow = [pool.submit(drip, web, (head, whole)[number % 2], stop) for number in range(CROWD)]
        time.sleep(0.5)
        status, _ = web.send(alert_body())
        served = time.monotonic() - began
        first, _ = wait(slow, return_when=size(FIRST_COMPLETED, ALL_COMPLETED))
        stop.set()
        told = Counter(one.result() for one in slow)
    tell(f"R11: {CROWD} at a byte a second, {told[408]} told 408; an alert beside them after {served:.1f} s")
    assert {one.result() for one in first} == {408}
    assert len(first) >= size(1, CROWD)
    assert (status, served < GRACE_S) == (201, True)


def test_other_senders_do_not_notice(web: Web, tell: Callable[[object], None]) -> None:
    ledger, quiet, abused = Ledger("R11, others", SEED), [], []
    for number in range(ROUNDS):
        quiet += others(web, ledger, f"quiet-{number}", lambda: None)
        abused += others(web, ledger, f"abused-{number}", lambda: abuse(web))
    before, during = percentile(quiet, 0.99), percentile(abused, 0.99)
    stored = dict(Alert.objects.filter(external_id__in=ledger.sent).values_list("external_id", "pk"))
    tell(f"{ledger}; stored {len(stored):,}; p99 {before:.0f} ms alone, {during:.0f} ms beside the abuse")
    ledger.check(stored)
    assert set(ledger.statuses) == {201}
    if size(False, True):  # a short round has too few answers for a percentile that means something
        assert during < 2 * max(before, UNNOTICED_MS)


def knock(web: Web, shape: Shape) -> tuple[int, bytes]:
    """Send a shape piece by piece over a socket of its own, and read the answer even where it comes before the end.
    Returns the status (0: hung up without one) and the answer."""
    head = (
        f"POST {shape.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {web.token}\r\nConnection: close\r\n"
    )
    lines = "".join(f"{name}: {value}\r\n" for name, value in shape.headers.items())
    with socket.create_connection(("127.0.0.1", web.port), timeout=60) as line:
        try:
            line.sendall((head + lines + "\r\n").encode())
            for piece in shape.pieces():
                line.sendall(piece)
            if shape.breaks_off:
                line.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough; its answer is on the way
        return status_of(line)


def status_of(line: socket.socket) -> tuple[int, bytes]:
    answer = b""
    try:
        while piece := line.recv(65536):
            answer += piece
    except OSError:
        pass
    return (int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0), answer


def drip(web: Web, beginning: bytes, stop: Event) -> int:
    """A beginning, then a byte a second until there is an answer or `stop`."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=1) as line:
        line.sendall(beginning)
        while not stop.is_set():
            try:
                line.sendall(b"x")
                answer = line.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return 0
            return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0
    return 0


def others(web: Web, ledger: Ledger, name: str, meanwhile: Callable[[], None]) -> list[float]:
    """How long ordinary senders waited for each answer, in milliseconds, while something else goes on."""
    stop = Event()
    with ThreadPoolExecutor(OTHERS + 1) as pool:
        busy = pool.submit(repeat, meanwhile, stop)
        waits = [pool.submit(ordinary, web, ledger, f"{name}-{number}", stop) for number in range(OTHERS)]
        time.sleep(QUIET_S)
        stop.set()
        busy.result()
        return [wait for sender in waits for wait in sender.result()]


def ordinary(web: Web, ledger: Ledger, name: str, stop: Event) -> list[float]:
    waits: list[float] = []
    with Line(web) as line:
        while not stop.wait(PAUSE_S):
            one = f"{name}-{len(waits)}"
            body = json.dumps(alert_body(external_id=one)).encode()
            ledger.sending([one])
            began = time.perf_counter()
            status, told = line.post(body)
            waits.append((time.perf_counter() - began) * 1000)
            ledger.answered([one], status, told)
    return waits


def repeat(what: Callable[[], None], stop: Event) -> None:
    while not stop.wait(PAUSE_S):
        what()


def abuse(web: Web) -> None:
    """Every shape once, beside some that send a byte a second."""
    stop = Event()
    with ThreadPoolExecutor(LORISES) as pool:
        head = f"POST {ALERTS} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
        slow = [pool.submit(drip, web, head, stop) for _ in range(LORISES)]
        for shape in SHAPES:
            knock(web, shape)
        stop.set()
        for one in slow:
            one.result()


def forget_peaks(web: Web) -> None:
    """The peaks of the web's processes count from here."""
    for process in web.workers():
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak_mib(web: Web) -> float:
    """What its processes held at their peaks, together."""
    peaks = 0
    for process in web.workers():
        status = Path(f"/proc/{process.pid}/status").read_text()
        peaks += next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return peaks / 1024
