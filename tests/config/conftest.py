"""The stage of the launcher's tests: no installation around, and a state folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.services.throwaway import INSTALLATION, throwaway_state


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh state folder that `CASEBOOK_STATE` names; the addresses of this test run's own servers are hidden."""
    for name in INSTALLATION:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    with throwaway_state() as folder:
        monkeypatch.setenv("CASEBOOK_STATE", str(folder))
        yield folder
