"""A stored version as a file to take away: found with the rights of who asks."""

from __future__ import annotations

from casebook.actor import Actor
from casebook.models import PlaybookVersion
from casebook.playbooks import library
from casebook.playbooks.export.cacao_ids import Origin
from casebook.playbooks.export.render import FORMATS, Export, export
from casebook.playbooks.stored import card_of


def version_to_export(actor: Actor, slug: str, number: str | None) -> PlaybookVersion:
    """The version by number, else the one that stands for the playbook; a draft where the actor may write it.

    Raises NotFound.
    """
    return library.version_of(actor, slug, number)


def export_of(version: PlaybookVersion, name: str) -> Export:
    """The version in a format of `FORMATS`."""
    return export(card_of(version), name, _origin(version))


def exports_of(version: PlaybookVersion) -> dict[str, Export]:
    """The version in every format, by its name."""
    card, origin = card_of(version), _origin(version)
    return {name: export(card, name, origin) for name in FORMATS}


def file_name(version: PlaybookVersion, name: str) -> str:
    """Such as ``T1589-v3.yaml``; a slug holds nothing a file's name may not."""
    return f"{version.playbook.slug}-v{version.number}.{FORMATS[name].extension}"


def _origin(version: PlaybookVersion) -> Origin:
    first = version.playbook.versions.order_by("number").values_list("created_at", flat=True)[0]
    return Origin(
        library=version.playbook.library,
        slug=version.playbook.base_slug,
        number=version.number,
        created=first,
        modified=version.published_at or version.created_at,
    )
