"""Source keys never reach a log, however it is written."""

from __future__ import annotations

import datetime
import logging
import sys
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from casebook.masking import masked
from config.gunicorn_log import MaskedLog
from config.logs import OneLine
from tests.conftest import ROOT

KEY = "cbk_" + "k" * 43


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"/api/v1/intake/wazuh/{KEY}/", "/api/v1/intake/wazuh/***/"),
        (f"GET /api/v1/intake/wazuh/{KEY} HTTP/1.1", "GET /api/v1/intake/wazuh/*** HTTP/1.1"),
        ("/api/v1/intake/wazuh/wrong-one/?x=1", "/api/v1/intake/wazuh/***/?x=1"),
        ("https://c.example/api/v1/intake/splunk/anything", "https://c.example/api/v1/intake/splunk/***"),
        ("/api/v1/intake/wazuh/", "/api/v1/intake/wazuh/"),
        ("/api/v1/alerts/12/", "/api/v1/alerts/12/"),
        (f"token={KEY}.", "token=cb_***."),
        ("a cb_ or two", "a cb_ or two"),
    ],
)
def test_what_is_hidden_and_what_is_not(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_our_own_lines_and_tracebacks() -> None:
    try:
        raise ValueError(f"/api/v1/intake/wazuh/{KEY}/")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "Not Found: %s", (f"/api/v1/intake/a/{KEY}/",), None)
        record.exc_info = sys.exc_info()
    line = OneLine().format(record)
    assert "\n" not in line
    assert "/intake/a/***/" in line
    assert "/intake/wazuh/***/" in line
    assert KEY not in line


class TestGunicorn:
    @pytest.fixture
    def log(self) -> MaskedLog:
        return MaskedLog(Config())

    def test_the_access_log_in_every_field(self, log: MaskedLog) -> None:
        path = f"/api/v1/intake/wazuh/{KEY}/"
        environ = {
            "RAW_URI": path, "PATH_INFO": path, "REQUEST_METHOD": "POST", "QUERY_STRING": "", "REMOTE_ADDR": "::1",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_REFERER": f"https://c.example{path}",
        }  # fmt: skip
        response = SimpleNamespace(status="201 Created", sent=2, headers=[])
        request = SimpleNamespace(headers=[])
        atoms = log.atoms(response, request, environ, datetime.timedelta(seconds=1))
        assert "/intake/wazuh/***/" in str(atoms["r"])
        assert not [name for name, value in atoms.items() if KEY in str(value)]

    def test_its_errors(self, log: MaskedLog, caplog: pytest.LogCaptureFixture) -> None:
        log.error_log.propagate = True
        log.exception("Error handling request %s", f"/api/v1/intake/wazuh/{KEY}/")
        assert "/intake/wazuh/***/" in caplog.text
        assert KEY not in caplog.text

    def test_it_is_used_however_gunicorn_is_started(self) -> None:
        settings: dict[str, object] = {}
        exec(compile((ROOT / "gunicorn.conf.py").read_text(), "gunicorn.conf.py", "exec"), settings)
        assert settings["logger_class"] == "config.gunicorn_log.MaskedLog"
