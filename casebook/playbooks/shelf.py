"""What the library holds of a handful of cards, and what bringing each of them would make: read, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from casebook.models import Playbook, PlaybookVersion
from casebook.playbooks.types import ParsedCard

_READ = ("playbook", "number", "state", "sha256", "imported_sha256", "published_by", "created_by")


@dataclass(frozen=True, slots=True)
class Into:
    """Where an import goes: a library by its name, and a team, None for all teams."""

    library: str = "local"
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import makes of one card.

    ``slug`` is the address the playbook has or gets. ``latest`` is the version its steps' keys come from, ``number``
    the next one's. ``same`` is the version that came from the very same file. ``note`` says what a reader should know;
    ``refused`` why nothing is made.
    """

    slug: str
    playbook: Playbook | None = None
    latest: PlaybookVersion | None = None
    number: int = 1
    same: PlaybookVersion | None = None
    note: str = ""
    refused: str = ""


@dataclass
class Shelf:
    """Playbooks of one library by base slug, each with its versions, the newest first; and who has an address."""

    into: Into
    playbooks: dict[str, Playbook] = field(default_factory=dict)
    versions: dict[int, list[PlaybookVersion]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, into: Into, slugs: Iterable[str], *, lock: bool = False) -> Shelf:
        """Three queries, however many slugs. Until the transaction ends, ``lock`` keeps authors from beginning a draft,
        which takes the next number."""
        slugs = set(slugs)
        found = Playbook.objects.filter(library=into.library, base_slug__in=slugs).order_by("pk")
        found = found.select_for_update(no_key=True) if lock else found
        shelf = cls(into, {one.base_slug: one for one in found})
        wanted = {name for slug in slugs for name in (slug, f"{slug}-{into.library}")}
        shelf.taken = dict(Playbook.objects.filter(slug__in=wanted).values_list("slug", "library"))
        ids = [one.pk for one in shelf.playbooks.values()]
        for version in PlaybookVersion.objects.filter(playbook__in=ids).order_by("-number").only(*_READ):
            shelf.versions.setdefault(version.playbook_id, []).append(version)
        return shelf

    def plan(self, card: ParsedCard) -> Plan:
        """What would become of the card."""
        playbook = self.playbooks.get(card.slug)
        if playbook is None:
            return self._new(card)
        if playbook.team_id != self.into.team_id:
            whose = "all teams" if playbook.team_id is None else "another team"
            reason = f"{card.slug} of library “{self.into.library}” is a playbook of {whose}: choose another library"
            return Plan(playbook.slug, refused=reason)
        return _next(playbook, self.versions.get(playbook.pk, []), card)

    def _new(self, card: ParsedCard) -> Plan:
        if card.slug not in self.taken:
            return Plan(card.slug)
        slug = f"{card.slug}-{self.into.library}"
        if slug in self.taken:
            return Plan(slug, refused=f"{card.slug} and {slug} are playbooks already: choose another library")
        note = f"{card.slug} is a playbook of library {self.taken[card.slug]} already; this one is kept as {slug}"
        return Plan(slug, note=note)


def _next(playbook: Playbook, versions: Sequence[PlaybookVersion], card: ParsedCard) -> Plan:
    final = [version for version in versions if version.state != PlaybookVersion.State.DRAFT]
    imported = next((version for version in final if version.imported_sha256), None)
    latest = final[0] if final else None
    edited = latest if latest and not latest.imported_sha256 else None
    if imported is not None and imported.imported_sha256 == card.sha256:
        note = f"edited here since: version {edited.number}" if edited else ""
        return Plan(playbook.slug, playbook, latest, imported.number, same=imported, note=note)
    notes = []
    if edited is not None:
        notes.append(f"takes the place of version {edited.number}, which {edited.published_by} edited here")
    elif latest is not None and latest.state == PlaybookVersion.State.RETIRED:
        notes.append(f"version {latest.number} was retired; this one is published")
    if draft := next((version for version in versions if version.state == PlaybookVersion.State.DRAFT), None):
        notes.append(f"{draft.created_by or 'an author'} has a draft open, which was begun before this version")
    number = (versions[0].number if versions else 0) + 1  # past the draft's: so the draft knows that it is behind
    return Plan(playbook.slug, playbook, latest, number, note="; ".join(notes))
