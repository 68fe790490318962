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
    def of(cls, into: Into, slugs: Iterable[str]) -> Shelf:
        """Three queries, however many slugs."""
        slugs = set(slugs)
        found = Playbook.objects.filter(library=into.library, base_slug__in=slugs)
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
    draft = next((version for version in versions if version.state == PlaybookVersion.State.DRAFT), None)
    if draft is not None:
        whose = f"version {draft.number} is being drafted by {draft.created_by or 'an author'}"
        return Plan(playbook.slug, refused=f"{whose}: publish or discard the draft, then bring the file again")
    note = ""
    if edited is not None:
        note = f"takes the place of version {edited.number}, which {edited.published_by} edited here"
    elif latest is not None and latest.state == PlaybookVersion.State.RETIRED:
        note = f"version {latest.number} was retired; this one is published"
    return Plan(playbook.slug, playbook, latest, (versions[0].number if versions else 0) + 1, note=note)
