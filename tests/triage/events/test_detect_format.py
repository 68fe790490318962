from __future__ import annotations

import gzip

import pytest

from tests.logs import demo
from triage.events.detect_format import detect_format
from triage.events.parsers.sshd import PARSER


def test_an_authentication_log_is_recognised_by_its_content() -> None:
    assert detect_format(demo().text.encode()[:65536], [PARSER]).format == "sshd_syslog"


@pytest.mark.parametrize(
    "text",
    [
        b"some prose\nand more of it\n",
        b'203.0.113.7 - - [17/May/2026:10:05:03 +0000] "GET / HTTP/1.1" 200 1\n' * 5,
        b"Mar 30 16:01:36 web-1 kernel: eth0 up\n" * 5,
    ],
)
def test_other_text_is_unknown_and_not_refused(text: bytes) -> None:
    found = detect_format(text, [PARSER])
    assert (found.format, found.refused) == (None, None)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (gzip.compress(b"x"), "unpack"),
        (b"PK\x03\x04rest", "unpack"),
        (b"ElfFile\x00" + bytes(100), "EVTX"),
        (b"\x7fELF\x02\x01\x01\x00", "plain text"),
        ("grüße".encode("utf-32"), "UTF-8"),
        (bytes(range(1, 32)) * 20, "plain text"),
        (b"", "empty"),
    ],
)
def test_a_binary_file_is_refused_with_what_to_send_instead(head: bytes, expected: str) -> None:
    refused = detect_format(head, [PARSER]).refused
    assert refused is not None
    assert expected in refused
