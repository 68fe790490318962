from __future__ import annotations

import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]
DATA = CHECKOUT / "tests" / "data" / "playbooks"


@pytest.fixture
def good() -> Path:
    return DATA / "good"


@pytest.fixture
def bad() -> Path:
    return DATA / "bad"


@pytest.fixture
def cards() -> Path:
    """Our own library."""
    return CHECKOUT / "cards"


@pytest.fixture(scope="session")
def found_cards() -> Path:
    """Third-party cards, read in place."""
    samples = Path(os.environ.get("CASEBOOK_SAMPLES", CHECKOUT.parent / "shared" / "samples")) / "playbooks"
    if not samples.is_dir():
        pytest.skip(f"no third-party cards at {samples}; set CASEBOOK_SAMPLES to try them")
    return samples
