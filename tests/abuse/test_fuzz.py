"""Forms spoilt at random, in bounded time: every one is read, or refused with words, and never launches
without twelve greens. `scripts/fuzz` searches on, led by coverage."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.abuse import mangling
from tests.abuse.marks import Crashed, abuse
from tests.cli.conftest import Office, review_of
from tests.cli.conftest import office as office

# Spoilt forms in one folder; a sync reads some hundred a second.
_FORMS, _FOLDERS = 30, 3
_MEMBERS = sorted(mangling.parts_of(mangling.seeds()[0]))


def _mangled(data: st.DataObject) -> bytes:
    return mangling.mangled(data.draw(st.integers(0, 2**32)))


def _bytes_changed(data: st.DataObject) -> bytes:
    """In the zip's directory, its checksums, its packed members."""
    spoilt = bytearray(data.draw(st.sampled_from(mangling.seeds())))
    for _ in range(data.draw(st.integers(1, 8))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    return bytes(spoilt)


def _odd_values(data: st.DataObject) -> bytes:
    return data.draw(st.binary(max_size=300))


Judging = Callable[[bytes], object]
# How a form is spoilt → what takes it.
SPOILT: list[tuple[str, Callable[[st.DataObject], bytes], Judging]] = [
    ("members flipped, cut, doubled, moved, with odd values", _mangled, mangling.judged_bytes),
    ("bytes of the zip changed anywhere", _bytes_changed, mangling.judged_bytes),
    ("any values in any cells", _odd_values, mangling.judged_cells),
]


@pytest.mark.parametrize(("spoil", "take"), [s[1:] for s in SPOILT], ids=[s[0] for s in SPOILT])
@abuse("hostile", 14, 22, 24)
def test_forms_spoilt_at_random(
    spoil: Callable[[st.DataObject], bytes], take: Judging, tried: Callable[[int], None]
) -> None:
    count = 0

    @given(st.data())
    def spoilt(data: st.DataObject) -> None:
        nonlocal count
        count += 1
        take(spoil(data))

    spoilt()
    tried(count)


@pytest.mark.parametrize("name", _MEMBERS)
@abuse("hostile", 22, 24)
def test_a_member_that_is_gone_empty_cut_or_another(
    name: str, tried: Callable[[int], None]
) -> None:
    parts = dict(mangling.parts_of(mangling.seeds()[0]))
    whole = parts[name]
    others = (
        None, b"", b"<a/>", b"\xff\xfe\x00", whole[: len(whole) // 2], whole + whole, whole[1:],
        whole.replace(b"<", b"<x:"), whole.replace(b'"', b"'"), whole.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + whole, whole.replace(b"r:id", b"r:Id"), *parts.values(),
    )  # fmt: skip
    for content in others:
        changed = {key: value for key, value in parts.items() if key != name}
        if content is not None:
            changed[name] = content
        mangling.judged_bytes(mangling.zip_of(changed))
    tried(len(others))


@abuse("hostile", 2, 30)
def test_a_folder_full_of_spoilt_forms(office: Office, tried: Callable[[int], None]) -> None:
    """Through the whole sync: each is a row or named, the sound one is read, and a second sync is quiet."""
    office.form("sound.xlsx", review_of("Sound"))
    for folder in range(_FOLDERS):
        for number in range(_FORMS):
            seed = folder * _FORMS + number
            path = office.reviews / f"{number}.xlsx"
            data = random.Random(seed).choice((mangling.mangled, _gently))(seed)
            path.write_bytes(data)
        first = office.sync("--json")
        if "did not expect" in first.err or "itself failed" in first.err:
            raise Crashed(first.err)
        assert first.code in (0, 1)
        assert "Sound" in {row["System"] for row in office.table("Portfolio")}
        assert office.sync("--json").json["written"] is False
        check = office.check("--json")
        assert "itself failed" not in check.err
    tried(_FOLDERS * _FORMS)


def _gently(seed: int) -> bytes:
    """A form with other texts in some of its cells and values, as well written as before."""
    chance = random.Random(seed)
    parts = dict(mangling.parts_of(chance.choice(mangling.seeds())))
    for name in [name for name in parts if "sheet1.xml" in name or "sharedStrings" in name]:
        for _ in range(3):
            parts[name] = mangling.planted(parts[name], chance)
    return mangling.zip_of(parts)
