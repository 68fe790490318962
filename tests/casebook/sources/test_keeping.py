"""Sources made and changed: what is checked, who may, and that every process hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casebook.actor import Actor
from casebook.epoch import config_epoch
from casebook.errors import Invalid, NotAllowed, NotFound
from casebook.models import Journal, Source
from casebook.sources.keeping import change, create

pytestmark = pytest.mark.django_db


def test_a_source_is_made_and_every_process_hears_of_it(adam: Actor) -> None:
    before = config_epoch()
    made = create(actor=adam, team="blue", values={"slug": "edr-1", "name": " EDR   one ", "contract_per_minute": 600})
    assert (made.slug, made.name, made.adapter, made.contract_per_minute) == ("edr-1", "EDR one", "native", 600)
    assert made.grouping_window == timedelta(hours=24)
    assert config_epoch() == before + 1
    entry = Journal.objects.get(verb="source.created")
    assert (entry.team_id, entry.payload["name"]) == (made.team_id, "EDR one")


def test_everything_that_is_wrong_is_told_at_once(adam: Actor) -> None:
    wrong = {
        "slug": "Edr One",
        "name": "x",
        "adapter": "fax",
        "zone": "Europe/Atlantis",
        "grouping_on": "mood",
        "grouping_window": 5,
        "contract_per_minute": 0,
        "colour": "blue",
    }
    with pytest.raises(Invalid) as refused:
        create(actor=adam, team="blue", values=wrong)
    assert set(refused.value.errors) == set(wrong) - {"name"}
    assert "native" in refused.value.errors["adapter"][0]
    assert not Source.objects.filter(name="x").exists()


def test_required_and_taken(adam: Actor, source: Source) -> None:
    with pytest.raises(Invalid) as refused:
        create(actor=adam, team="blue", values={"slug": " "})
    assert set(refused.value.errors) == {"slug", "name"}
    with pytest.raises(Invalid, match="taken"):
        create(actor=adam, team="blue", values={"slug": source.slug, "name": "again"})


def test_what_changes_is_recorded_and_what_does_not_is_not(adam: Actor, source: Source) -> None:
    before = config_epoch()
    change(actor=adam, slug=source.slug, values={"grouping_on": "rule", "grouping_window": 3600, "name": source.name})
    source.refresh_from_db()
    assert (source.grouping_on, source.grouping_window) == ("rule", timedelta(hours=1))
    what = Journal.objects.get(verb="source.changed").payload["what"]
    assert what == "grouping_on rule_entity → rule; grouping_window 86400 s → 3600 s"

    change(actor=adam, slug=source.slug, values={"grouping_on": "rule"})
    assert Journal.objects.filter(verb="source.changed").count() == 1
    assert config_epoch() == before + 1


def test_a_source_keeps_its_name(adam: Actor, source: Source) -> None:
    with pytest.raises(Invalid, match="keeps its name"):
        change(actor=adam, slug=source.slug, values={"slug": "other"})


def test_who_may(lea: Actor, lina: Actor, otto: Actor, adam: Actor, source: Source) -> None:
    with pytest.raises(NotAllowed):
        change(actor=lea, slug=source.slug, values={"enabled": False})  # a lead looks
    with pytest.raises(NotAllowed):
        change(actor=lina, slug=source.slug, values={"enabled": False})
    with pytest.raises(NotFound):
        create(actor=adam, team="green", values={"slug": "theirs", "name": "theirs"})
    with pytest.raises(NotAllowed):
        change(actor=otto, slug=source.slug, values={"enabled": False})
