"""D23: is everybody and everything this case is about known and expected here?

Asked of what the organisation says of itself: people, ranges, assets, the allow list, change windows, and of cases that
were closed as benign. It names the record that knows, or the registers that do not; it never says "legitimate".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from triage.detectors import wording
from triage.detectors.case_time import case_time
from triage.detectors.compose import compose
from triage.detectors.d23_entities import About, Kind, about
from triage.detectors.d23_records import AGAINST, DOUBT, EXPECTED, NOTE, ON_RECORD, SEEN, OnRecord, Registers
from triage.detectors.protocol import Answer, Confidence, Context, Finding, Scope
from triage.detectors.sides import Side, split

REPORTED = 50
WHERE = "/settings/context/"

KEPT_BY_ALL: tuple[Kind, ...] = ("user", "host", "address")
"""Of these every organisation has a list. Without one nobody can say that they are unknown."""

TO_ADD: Mapping[Kind, str] = {
    "user": f"people ({WHERE}people/)",
    "host": f"assets: hosts ({WHERE})",
    "address": f"address ranges ({WHERE})",
    "domain": f"allowed domains ({WHERE}allowed/)",
    "program": f"allowed programs and commands ({WHERE}allowed/)",
    "agent": f"allowed user agents ({WHERE}allowed/)",
    "hash": f"allowed files ({WHERE}allowed/)",
}
COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "user": ("user.name",),
    "host": ("host.name",),
    "address": ("source.ip", "destination.ip"),
    "domain": ("source.domain",),
    "program": ("process.command_line", "process.name"),
    "agent": ("user_agent.original",),
}
CONFIDENCE: Mapping[int, Confidence] = {EXPECTED: "high", ON_RECORD: "medium", SEEN: "low"}
"""By what the least known of all rests on."""


class KnownAndExpected:
    """Yes where all of it is on record, partly where some is, no where nothing is though such records are kept."""

    id = "D23"
    version = 1
    title = "Known and expected here"
    needs: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {"seen": 3}

    def detect(
        self, events: pl.DataFrame, context: Context, settings: Mapping[str, Any], scope: Scope
    ) -> list[Finding]:
        chosen = {**self.settings, **settings}
        side, _ = split(events, scope)
        registers = Registers(context, case_time(side, context), chosen)
        asked = about(
            side, context.about, kept=lambda kind: bool(registers.kept(kind)), service=registers.names_service
        )
        found = _looked_up(registers, asked, side)
        known = [one for one in found if one.strength > 0]
        answer = _answer(found, known, asked)
        strangers = [one for one in found if one not in known]
        return [
            compose(
                self,
                side,
                chosen,
                answer=answer,
                confidence=_confidence(answer, known),
                sentence=_sentence(answer, found, known, asked),
                threshold=f"a record of ours that names it at the time of the events; or seen in ≥ {chosen['seen']} "
                "cases closed as benign and in no true positive (our default)",
                would_change="The word of who owns it: to be on record says who or what it is, not that this was meant."
                if answer == "yes"
                else f"A record added under {WHERE}, or the word of who owns it.",
                evidence=_rows(side.events, strangers),
                figures=_figures(found, known, asked),
                entities=_entities(strangers),
                missing=_missing(answer, found),
            )
        ]


def _looked_up(registers: Registers, asked: About, side: Side) -> list[OnRecord]:
    """What is on record of each. A service counts only where a change window explains it: nobody lists services."""
    countries = _countries(side.events)
    found = [registers.of(entity, asked, countries) for entity in asked.entities]
    return [one for one in found if one.entity.kind != "service" or one.strength]


def _countries(events: pl.DataFrame) -> Any:
    """From which countries a user of the events acted, as far as they say it."""
    placed = events.select("user.name", "source.geo.country_iso_code").drop_nulls().unique().sort(pl.all())
    pairs = placed.rows()
    return lambda user: [country for name, country in pairs if name.lower() == user.lower()]


def _answer(found: list[OnRecord], known: list[OnRecord], asked: About) -> Answer:
    if known:
        return "yes" if len(known) == len(found) and not asked.left_out else "partly"
    blind = [one for one in found if one.blind]
    if len(blind) == len(found) or any(one.entity.kind in KEPT_BY_ALL for one in blind):
        return "cannot_tell"
    return "no"


def _confidence(answer: Answer, known: list[OnRecord]) -> Confidence:
    """As the least known of what is known; a list of what is known is never whole, so a no is never certain."""
    if answer == "cannot_tell":
        return "low"
    least = CONFIDENCE[min((one.strength for one in known), default=ON_RECORD)]
    return "medium" if answer == "partly" and least == "high" else least


def _sentence(answer: Answer, found: list[OnRecord], known: list[OnRecord], asked: About) -> str:
    if not found:
        return "The case names no account, host, address or program to look up."
    parts = [_known(found, known, asked)] if known else []
    doubted = [one for one in found if one.of(DOUBT)]
    parts += [f"{one.entity.value} {one.of(DOUBT)[0]}" for one in doubted[: wording.NAMES_SHOWN]]
    strangers = [one for one in found if one not in known and one not in doubted]
    if unknown := [one for one in strangers if not one.blind]:
        parts.append(_unknown(unknown))
    if blind := [one for one in strangers if one.blind]:
        named = wording.listed([one.entity.value for one in blind])
        parts.append(f"Nobody keeps a list that could name {named}{_notes(blind)}")
    return f"{'. '.join(parts)}."


def _known(found: list[OnRecord], known: list[OnRecord], asked: About) -> str:
    """``2 of 3 known: mbrandt is Mira Brandt, Finance (people); …``, the strongest records first."""
    total = len(found) + asked.left_out
    ordered = sorted(known, key=lambda one: -one.strength)
    shown = [f"{one.entity.value} {one.best}" for one in ordered[: wording.NAMES_SHOWN]]
    more = [f"{len(known) - len(shown)} more"] if len(known) > len(shown) else []
    head = "Known" if total == 1 else f"All {total} known" if len(known) == total else f"{len(known)} of {total} known"
    against = [f"{one.entity.value} {one.of(AGAINST)[0]}" for one in ordered if one.of(AGAINST)]
    return f"{head}: {'; '.join(shown + more)}" + (f". But {wording.listed(against)}" if against else "")


def _unknown(unknown: list[OnRecord]) -> str:
    registers = list(dict.fromkeys(name for one in unknown for name in one.asked))
    where = " or ".join(part for part in (", ".join(registers[:-1]), *registers[-1:]) if part)
    return f"No record of {wording.listed([one.entity.value for one in unknown])} in {where}{_notes(unknown)}"


def _notes(ones: Iterable[OnRecord]) -> str:
    """What came close, of the first that has any."""
    notes = [f"{one.entity.value} {note}" for one in ones for note in (*one.of(AGAINST), *one.of(NOTE))]
    return f" ({'; '.join(notes[:2])})" if notes else ""


def _figures(found: list[OnRecord], known: list[OnRecord], asked: About) -> dict[str, Any]:
    return {
        "asked": len(found) + asked.left_out,
        "known": len(known),
        "unknown": len(found) - len(known) + asked.left_out,
        "expected": sum(one.strength == EXPECTED for one in known),
        "seen_only": sum(one.strength == SEEN for one in known),
        "doubted": sum(bool(one.of(DOUBT)) for one in found),
        "registers": sorted({name for one in found for name in one.asked}),
        "entities": [_row(one) for one in found[:REPORTED]],
    }


def _row(one: OnRecord) -> dict[str, Any]:
    because = [record.words for record in one.all if record.strength > 0]
    return {
        "kind": one.entity.kind,
        "value": one.entity.value,
        "known": one.strength > 0,
        "because": because,
        "doubts": one.of(DOUBT),
        "notes": [*one.of(AGAINST), *one.of(NOTE)],
        "asked": list(one.asked),
    }


def _entities(strangers: list[OnRecord]) -> dict[str, list[str]]:
    """Who is not known, as other pages name them."""
    words = {"address": "ip", "program": "process", "agent": "user_agent"}
    found: dict[str, list[str]] = {}
    for one in strangers[:REPORTED]:
        found.setdefault(words.get(one.entity.kind, one.entity.kind), []).append(one.entity.value)
    return found


def _missing(answer: Answer, found: list[OnRecord]) -> tuple[str, ...]:
    """Which records to add, where nobody can say."""
    if answer != "cannot_tell":
        return ()
    if not found:
        return ("an account, host or address",)
    blind = {one.entity.kind for one in found if one.blind}
    return tuple(words for kind, words in TO_ADD.items() if kind in blind)


def _rows(events: pl.DataFrame, strangers: list[OnRecord]) -> pl.DataFrame:
    """The events of those who are not known."""
    masks = [
        pl.col(column).is_in([one.entity.value for one in strangers if one.entity.kind == kind]).fill_null(False)
        for kind, columns in COLUMNS.items()
        for column in columns
    ]
    return events.filter(pl.any_horizontal(masks))


DETECTOR = KnownAndExpected()
