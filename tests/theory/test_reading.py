"""What anybody may have sent is read whole or refused in one line, and never hangs its reader."""

from __future__ import annotations

import json
import random
import time

import pytest
from places import TESTS

from signproof.report import baseline, ledger, variant_baseline
from signproof.theory.misuse import Misuse
from signproof.theory.reading import parsed, read_json

SAMPLE = (TESTS / "data" / "ledger.json").read_bytes()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' occurs twice"),
        ("[" * 101 + "]" * 101, "nested 101 deep"),
        ("[" * 200_000, "nested 200000 deep"),
        ('{"a":' * 200_000, "nested 200000 deep"),
        ("NaN", "NaN is not JSON"),
        ("[-Infinity]", "-Infinity is not JSON"),
        ("[1e999]", "beyond all floats"),
        ("[1" + "0" * 400 + ".0]", "beyond all floats"),
        ("1" * 5000, "limit"),
        (r'["\u001b[31m"]', r"'\x1b'"),
        (r'{"\u0000": 1}', r"'\x00'"),
        (r'["\ud800"]', r"'\ud800'"),
        (r'["\u0085"]', r"'\x85'"),
        ('["\x85"]', r"'\x85'"),
        ('["\x1b"]', "control character"),
        ("", "Expecting value"),
        ('"[[[[', "Unterminated string"),
        (b'["\xff"]', "utf-8"),
    ],
)
def test_what_is_refused_is_refused_in_one_line_at_once(text, why):
    begun = time.monotonic()
    with pytest.raises(ValueError) as raised:
        parsed(text)
    assert why in str(raised.value) and "\n" not in str(raised.value) and time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "text",
    [
        r'["\ud83d\ude00", "a\nb\tc", "\\u001b", "[[[[{{{{"]',
        r'["\n\"[", "\\", "[\\\"[", [{}]]',
        "[" * 100 + "]" * 100,
        "[1e300, 1e-999]",
        SAMPLE,
    ],
)
def test_what_is_json_and_plain_is_read(text):
    assert parsed(text) == json.loads(text)


def test_large_and_endless_files_are_refused(tmp_path):
    (tmp_path / "large").write_bytes(b" " * 2000)
    for place in (tmp_path / "large", "/dev/zero"):
        with pytest.raises(ValueError, match="larger than"):
            read_json(place, 1000)


def mutated(draw, data):
    """A JSON text, changed somewhere: bytes, pieces, or a value or key of what it says."""
    kind = draw.randrange(6)
    if kind < 3:
        found = bytearray(data)
        at = draw.randrange(len(found))
        if kind == 0:
            found[at] = draw.randrange(256)
        elif kind == 1:
            del found[at : at + draw.randrange(1, 200)]
        else:
            found[at:at] = found[: draw.randrange(1, 200)]
        return bytes(found)
    whole = json.loads(data)
    part = whole
    while True:
        places = list(part) if isinstance(part, dict) else range(len(part))
        place = draw.choice(places)
        if isinstance(part[place], dict | list) and part[place] and draw.random() < 0.9:
            part = part[place]
            continue
        if kind == 3:
            strange = [None, [], {}, "", -1, 10**30, 1e308, "1e9_9_9", "\x1b[2J", "x" * 10_000, True, "1/0", [[[[]]]]]
            part[place] = draw.choice(strange)
        elif kind == 4:
            del part[place]
        elif isinstance(part, dict):
            part[f"{place}\u202e"] = part.pop(place)
        else:
            part.append(part[place])
        return json.dumps(whole).encode()


@pytest.mark.parametrize("number", [120, pytest.param(600, marks=pytest.mark.slow)])
def test_mutated_ledgers_and_baselines_are_read_or_refused_in_one_line(tmp_path, monkeypatch, number, record_property):
    seed = random.randrange(2**32)
    record_property("said", f"mutated ledgers and baselines: seed {seed}, {number} of each")
    draw, place = random.Random(seed), tmp_path / "file.json"
    small = json.loads(SAMPLE)
    small["claims"] = small["claims"][:3]
    known = {name: 1.0 if name in ("ratio", "tightness") else "holds" for name in variant_baseline.KEPT}
    kinds = {
        "ledger": (json.dumps(small).encode(), ledger.read),
        "baseline": (baseline.PATH.read_bytes(), lambda path: baseline.changes([], "quick")),
        "variants": (json.dumps({"schema": variant_baseline.SCHEMA, "variants": {"v": {"c": known}}}).encode(),
                     variant_baseline.read),
    }  # fmt: skip
    monkeypatch.setattr(baseline, "PATH", place)
    for kind, (data, read) in kinds.items():
        for _ in range(number):
            place.write_bytes(mutated(draw, data))
            try:
                read(place)
            except Misuse as error:
                assert "\n" not in str(error) and str(error).isprintable(), (seed, kind)
