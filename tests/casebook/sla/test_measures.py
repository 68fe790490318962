"""The table of measures agrees with the enumeration and with the case's instants."""

from __future__ import annotations

from casebook.models import Case
from casebook.models.choices import Measure
from casebook.sla.measures import CLOCKED, MEASURES, of_tier, opened_by


def test_every_measure_but_active_time_is_reckoned_here() -> None:
    assert [*MEASURES, "active_time"] == list(Measure.values)


def test_every_instant_is_one_of_the_case() -> None:
    fields = {field.name for field in Case._meta.get_fields()}
    for measure in MEASURES.values():
        assert {f"{name}_at" for name in (measure.starts, *measure.ends)} <= fields


def test_what_opens_and_whose_it_is() -> None:
    assert opened_by("received") == ("time_to_acknowledge", "time_to_qualify", "time_to_resolve")
    assert opened_by("escalated") == ("time_to_accept", "time_to_contain")
    assert of_tier("l1") == ("time_to_acknowledge", "time_to_qualify", "time_to_resolve")
    assert of_tier("t2") == ("time_to_accept", "time_to_contain", "time_to_resolve")
    assert set(CLOCKED) == {*opened_by("received"), *opened_by("escalated")}
