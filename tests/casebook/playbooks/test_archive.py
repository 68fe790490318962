"""Archives and folders as the files in them: every kind, and everything that is wrong with one."""

from __future__ import annotations

import io
import os
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.errors import TooLarge
from casebook.playbooks.archive import inside, kind_of
from casebook.playbooks.folder import files_under
from casebook.playbooks.found import AT_MOST, Budget, Found
from casebook.playbooks.types import CardError
from tests.casebook.playbooks.importing import card, tar_of, zip_of

FILES = {"b/two.md": card("T1111"), "a.md": card(), "README": "hello"}
PACKED = {"zip": zip_of(FILES), **{kind or "tar": tar_of(FILES, kind) for kind in ("", "gz", "bz2", "xz")}}


def look(body: bytes, budget: Budget | None = None, **how: bool) -> list[Found]:
    found = inside("pack", io.BytesIO(body), budget or Budget(5000, 256 << 20), **how)
    assert found is not None
    return found


def reasons(body: bytes) -> dict[str, str]:
    return {found.path: found.refused for found in look(body)}


@pytest.mark.parametrize("kind", PACKED)
def test_every_kind_gives_the_same_files_in_the_order_of_their_paths(kind: str) -> None:
    assert kind_of(PACKED[kind]) == kind
    found = look(PACKED[kind])
    assert [one.path for one in found] == ["README", "a.md", "b/two.md"]
    assert [one.read().decode() for one in found] == ["hello", card(), card("T1111")]


def test_what_is_no_archive_is_none() -> None:
    for body in (b"", b"PK", card().encode(), b"\x1f", b"x" * 1000):
        assert inside("x", io.BytesIO(body), Budget(1, 1)) is None


@pytest.mark.parametrize("kind", PACKED)
def test_a_truncated_archive_is_refused_whole(kind: str) -> None:
    body = PACKED[kind]
    end = len(body.rstrip(b"\0")) if kind == "tar" else len(body) - 3
    for length in (end // 2, end):
        with pytest.raises(CardError, match=r"pack:1: a (damaged or )?truncated (zip|tar): "):
            look(body[:length])


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_what_is_packed_must_be_a_tar(kind: str) -> None:
    packers = {"gz": "gzip", "bz2": "bz2", "xz": "lzma"}
    body = __import__(packers[kind]).compress(card().encode() * 3)
    with pytest.raises(CardError, match="a damaged or truncated tar: "):
        look(body)


def test_an_archive_with_nothing_in_it_is_refused() -> None:
    aside = zip_of({"__MACOSX/._a.md": "x", ".DS_Store": "y"})
    for body in (zip_of({}), tar_of({}, also=[special("x", tarfile.DIRTYPE)]), aside):
        with pytest.raises(CardError, match="there is no file in this archive"):
            look(body)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_out_are_shown_and_not_read(kind: str) -> None:
    names = ["../up.md", "a/../../up.md", "/etc/passwd", "C:/boot.md", "..\\up.md", "C:\\boot.md", "\\\\host\\share.md"]
    files = dict.fromkeys([*names, "in/ok.md", "w\\indows.md"], card())
    found = reasons(zip_of(files) if kind == "zip" else tar_of(files))
    assert found.pop("in/ok.md") == found.pop("w/indows.md") == ""
    assert set(found.values()) == {"its name leads out of the archive"}
    assert {"../up.md", "etc/passwd", "C:/boot.md", "host/share.md"} <= set(found)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_with_what_nobody_sees(kind: str) -> None:
    files = {"a\x07.md": "x", "card\u202edm.exe": "x", "g\u00e4te.md": "x"}
    found = reasons(zip_of(files) if kind == "zip" else tar_of(files))
    assert found == {
        "a[U+0007].md": "its name holds the control character U+0007",
        "card[U+202E]dm.exe": "its name holds U+202E, which turns the direction of reading",
        "g\u00e4te.md": "",
    }


def test_a_name_in_another_encoding_is_shown_as_it_can_be() -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", encoding="latin-1", format=tarfile.GNU_FORMAT) as pack:
        pack.addfile(tarfile.TarInfo("g\u00e4te.md"))
    assert reasons(body.getvalue()) == {"g[U+DCE4]te.md": ""}


def test_names_given_twice_and_names_that_differ_in_case() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as pack:
        pack.writestr("a.md", "x")
        pack.writestr("A.MD", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            pack.writestr("a.md", "x")
    found = [(one.path, one.refused) for one in look(body.getvalue())]
    assert sorted(found) == [
        ("A.MD", "its name is that of “a.md” but for upper and lower case"),
        ("a.md", ""),
        ("a.md", "the archive holds this name twice"),
    ]


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def test_links_and_devices_of_a_tar_are_named_and_not_followed() -> None:
    also = [
        special("link.md", tarfile.SYMTYPE, "/etc/passwd"),
        special("hard.md", tarfile.LNKTYPE, "a.md"),
        special("pipe", tarfile.FIFOTYPE),
        special("disk", tarfile.BLKTYPE),
        special("folder", tarfile.DIRTYPE),
    ]
    assert reasons(tar_of({"a.md": "x"}, "gz", also)) == {
        "a.md": "",
        "disk": "a device or pipe, which is not read",
        "hard.md": "a link, which is not followed",
        "link.md": "a link, which is not followed",
        "pipe": "a device or pipe, which is not read",
    }


def test_links_and_devices_of_a_zip_are_named_and_not_followed() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as pack:
        for name, mode in (("link.md", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("a.md", stat.S_IFREG)):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            pack.writestr(entry, "/etc/passwd")
    assert reasons(body.getvalue()) == {
        "a.md": "",
        "link.md": "a link, which is not followed",
        "pipe": "a device or pipe, which is not read",
    }


def test_an_encrypted_entry_is_refused_and_costs_no_other() -> None:
    body = bytearray(zip_of({"a.md": "x", "b.md": "y"}))
    at = body.index(b"PK\x01\x02")
    body[at + 8] |= 1
    assert reasons(bytes(body)) == {"a.md": "it is encrypted: pack it without a password", "b.md": ""}


def test_a_method_that_needs_unknown_memory_is_refused() -> None:
    body = zip_of({"a.md": "x"}, zipfile.ZIP_LZMA)
    assert reasons(body) == {"a.md": "packed by method 14; stored, deflated and bzip2 are read"}


def test_an_entry_that_cannot_be_unpacked_is_refused_when_it_is_read() -> None:
    body = bytearray(zip_of({"a.md": card() * 5}))
    body[60:90] = bytes(30)
    [found] = look(bytes(body))
    with pytest.raises(CardError, match=r"a\.md:1: cannot be unpacked: "):
        found.read()


# --- caps -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["zip", "gz"])
def test_a_hundred_thousand_entries(kind: str) -> None:
    files = {f"{number}.md": "" for number in range(100_000 if kind == "zip" else 6_000)}
    body = zip_of(files, zipfile.ZIP_STORED) if kind == "zip" else tar_of(files, "gz")
    with pytest.raises(TooLarge, match="An import takes 5,000 files at most"):
        look(body)


def test_a_directory_that_lies_about_its_length_is_not_read_into_memory() -> None:
    body = bytearray(zip_of({f"{number}.md": "" for number in range(80_000)}, zipfile.ZIP_STORED))
    struct.pack_into("<HH", body, body.rindex(b"PK\x05\x06") + 8, 3, 3)
    tracemalloc.start()
    with pytest.raises(TooLarge, match="5,000 files at most"):
        look(bytes(body))
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ["zip", "gz", "bz2", "xz"])
def test_a_bomb_is_refused_before_it_fills_memory(kind: str) -> None:
    """300 MiB of nothing, packed to next to nothing."""
    nothing = bytes(300 << 20)
    body = zip_of({"a.md": nothing}) if kind == "zip" else tar_of({"a.md": nothing}, kind)
    del nothing
    assert len(body) < 1 << 20
    tracemalloc.start()
    with pytest.raises(TooLarge, match="268,435,456 bytes unpacked at most"):
        look(body)
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_bomb_spread_over_many_files_is_refused() -> None:
    body = zip_of({f"{number}.md": bytes(1 << 20) for number in range(300)})
    with pytest.raises(TooLarge, match="unpacked"):
        look(body)


def test_of_a_large_file_no_more_is_read_than_shows_that_it_is_no_card() -> None:
    for body in (zip_of({"a.md": b"|" * (9 << 20)}), tar_of({"a.md": b"|" * (9 << 20)}, "gz")):
        [found] = look(body)
        assert len(found.read()) == AT_MOST


def test_one_budget_is_shared_by_all_archives_of_an_import() -> None:
    budget = Budget(5, 1 << 20)
    look(PACKED["zip"], budget)
    with pytest.raises(TooLarge, match="5 files at most"):
        look(PACKED["gz"], budget)


def test_a_header_that_claims_to_be_huge_or_leads_backwards() -> None:
    long = special("x", tarfile.GNUTYPE_LONGNAME)
    long.size = 200 << 20
    huge = long.tobuf(tarfile.GNU_FORMAT) + bytes(4096)
    with pytest.raises(CardError, match="a header of 209,715,200 bytes"):
        look(huge)
    member = bytearray(special("x", tarfile.REGTYPE).tobuf(tarfile.GNU_FORMAT))
    member[124:136] = b"\xff" + (-2048).to_bytes(11, "big", signed=True)
    member[148:156] = b"        "
    member[148:156] = b"%06o\0 " % sum(member)
    with pytest.raises(CardError, match="a header leads backwards"):
        look(bytes(member) + bytes(4096))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PACKED)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=6))
def test_a_damaged_archive_gives_files_or_a_refusal_and_nothing_else(kind: str, hits: list[tuple[float, int]]) -> None:
    body = bytearray(PACKED[kind])
    for place, value in hits:
        body[min(int(place * len(body)), len(body) - 1)] = value
    try:
        found = inside("pack", io.BytesIO(bytes(body)), Budget(5000, 64 << 20))
        for one in found or ():
            one.read()
    except (CardError, TooLarge):
        pass


# --- folders ----------------------------------------------------------------------------------------------------


def under(*paths: Path, budget: Budget | None = None) -> dict[str, str]:
    with ExitStack() as opened:
        found = files_under(paths, budget or Budget(5000, 1 << 20), opened)
        return {one.path: one.refused for one in found}


def test_a_folder_is_walked_without_following_links_or_opening_devices(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text(card())
    root = tmp_path / "cards"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.md").write_text(card())
    (root / "b.md").write_text(card())
    (root / ".git").mkdir()
    (root / ".git" / "c.md").write_text(card())
    (root / "file.md").symlink_to(outside / "secret.md")
    (root / "folder").symlink_to(outside)
    os.mkfifo(root / "pipe")
    assert under(root) == {
        f"{root}/b.md": "",
        f"{root}/deep/a.md": "",
        f"{root}/file.md": "a link, which is not followed",
        f"{root}/folder": "a link, which is not followed",
        f"{root}/pipe": "a device or pipe, which is not read",
    }


def test_a_path_may_be_a_file_an_archive_or_a_link_somebody_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(card())
    (tmp_path / "link.md").symlink_to(tmp_path / "a.md")
    (tmp_path / "pack").write_bytes(PACKED["xz"])
    (tmp_path / "broken.zip").write_bytes(PACKED["zip"][:900])
    found = under(*(tmp_path / name for name in ("a.md", "link.md", "pack", "broken.zip")))
    assert found == {
        f"{tmp_path}/a.md": "",
        f"{tmp_path}/link.md": "",
        f"{tmp_path}/pack/README": "",
        f"{tmp_path}/pack/a.md": "",
        f"{tmp_path}/pack/b/two.md": "",
        f"{tmp_path}/broken.zip": "a truncated zip: its directory, which stands at the end, is missing",
    }


def test_a_folder_has_the_same_cap(tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"{number}.md").write_text("x")
    with pytest.raises(TooLarge, match="3 files at most"):
        under(tmp_path, budget=Budget(3, 100))
