import json
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from monitor.presentation.characters import cells, is_shown
from monitor.presentation.safe_text import (
    CUT,
    ESCAPE,
    cell_width,
    fit,
    is_clean,
    json_name,
    middle_cut_endpoint,
    safe_text,
)

HOSTILE = (
    b"\x1b[31mRED",
    b"\x1b]52;c;aGk=\x07",
    b"\x1b[2J",
    b"two\nlines\r\ttab",
    b"\x08\x7f\x00",
    b"[/nope]",
    b"[@click=app.quit]x[/]",
    b"\xff\xfe",
    b"\xc2\x9b31m",
    b"\x9b31m",
    b"\\x1b",
    b"\\",
    b"nc (",
    b") R 1 1 (",
    "\u202eexe.txt\u2066".encode(),
    "\u200b\u200d\ufeff\u00ad".encode(),
    "\U000e0041\ufe0f\U000e0101".encode(),
    ("a" + "\u0301" * 50).encode(),
    "\u0301start".encode(),
    "\u1100\u1161\u11a8".encode(),
    ("\u1100" + "\u1161" * 9).encode(),
    "\U0001f468\u200d\U0001f469\u200d\U0001f467".encode(),
    "\U0001f44d\U0001f3fd\U0001f1e9\U0001f1ea".encode(),
    "\u3164\u115f\u2800\u00a0\u3000".encode(),
    "\u0915\u093e".encode(),
    "日本語テキスト".encode(),
    b"\xed\xa0\x80\xed\xb2\x80",
    "\u2028\u2029\x85".encode(),
)
FRAGMENTS = (*HOSTILE, b"x1b", b"u202e", b"0041", b"n", b"a", b" ", b"\xe2", b"\x80", b"\xae")
ADVERSARIAL = st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=3), max_size=12).map(b"".join)
SAFE = (ADVERSARIAL | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))).map(safe_text)


def original(shown: str) -> bytes:
    """Undo safe_text: where this gives the input back for every input, no two inputs share one text."""

    def character(escape: re.Match[str]) -> str:
        written = escape.group()
        if written[1] in "ntr\\":
            return {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[written[1]]
        code = int(written[2:], 16)
        return chr(0xDC00 + code) if written[1] == "x" and code > 0x7F else chr(code)

    return ESCAPE.sub(character, shown).encode("utf-8", "surrogateescape")


@given(ADVERSARIAL)
def test_every_text_is_printable_and_one_line(data):
    shown = safe_text(data)
    assert shown.isprintable()
    assert len(shown.splitlines()) <= 1


@given(ADVERSARIAL | st.binary(max_size=60))
def test_no_two_inputs_give_the_same_text(data):
    assert original(safe_text(data)) == data


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_names_are_told_apart_and_harmless(data):
    shown = safe_text(data)
    assert original(shown) == data
    assert not any(unicodedata.category(character)[0] == "C" for character in shown)
    assert cell_width(shown) == cell_len(shown)


@given(st.text(alphabet=st.characters(min_codepoint=0x80), min_size=1, max_size=20))
def test_widths_agree_with_the_library_that_draws(text):
    shown = safe_text(text)
    assert cell_width(shown) == cell_len(shown)


def test_every_single_character_is_as_wide_as_the_library_draws_it():
    assigned = [*range(0x32400), *range(0xE0000, 0xE0200)]
    shown = [character for character in map(chr, assigned) if is_shown(character)]
    assert len(shown) > 100_000
    assert [hex(ord(character)) for character in shown if cells(character) != cell_len("a" + character) - 1] == []


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"nginx: worker process", "nginx: worker process"),
        ("Grüße".encode(), "Grüße"),
        (b"a\nb\tc\rd\\", r"a\nb\tc\rd\\"),
        (b"\x1b[0m", r"\x1b[0m"),
        (b"\x9b", r"\x9b"),
        (b"\xc2\x9b", r"\u009b"),
        ("\u202e".encode(), r"\u202e"),
        ("\U000e0041".encode(), r"\U000e0041"),
        ("e\u0301\u0302\u0303".encode(), "e\u0301\u0302\\u0303"),
        ("\u0301".encode(), r"\u0301"),
        ("\n\u0301".encode(), r"\n\u0301"),
        ("\U0001f1e9".encode(), r"\U0001f1e9"),
    ],
)
def test_escapes_are_written_as_documented(data, shown):
    assert safe_text(data) == shown


def test_text_from_fsdecode_shows_its_bytes():
    assert safe_text("a\udcff\ud800") == r"a\xff\ud800"


def test_a_cut_text_says_so_and_parts_no_character():
    assert safe_text(b"abcdef", limit=4) == "abcd" + CUT
    assert safe_text("aé".encode(), limit=2) == "a" + CUT
    assert safe_text("abcdef", limit=4) == "abcd" + CUT
    assert safe_text(b"abcd", limit=4) == "abcd"
    assert safe_text("\U0001f600".encode() * 2, limit=7) == "\U0001f600" + CUT


def test_a_megabyte_of_anything_is_cut_before_it_is_read():
    assert len(safe_text(b"\x1b" * 1_200_000)) <= 4 * 4096 + 1


@given(SAFE, st.integers(-1, 30), st.booleans(), st.booleans())
@example(text=r"\x1b\x1b", width=6, right=False, keeps_end=False)
@example(text="日本", width=3, right=True, keeps_end=False)
def test_fit_gives_exactly_the_width(text, width, right, keeps_end):
    assert cell_width(fit(text, width, right=right, keeps_end=keeps_end)) == max(width, 0)


@given(SAFE, st.integers(0, 30), st.booleans())
def test_fit_never_parts_an_escape(text, width, keeps_end):
    rest = ESCAPE.sub("", fit(text, width, keeps_end=keeps_end))
    assert "\\" not in rest


def test_fit_pads_on_the_side_that_is_asked_for():
    assert fit("0.4ms", 7, right=True) == "  0.4ms"
    assert fit("nginx", 7) == "nginx  "
    assert fit("日本語", 6) == "日本語"
    assert fit("日本語", 5) == "日本…"
    assert fit("日本語", 4) == "日… "
    assert fit(r"ab\x1b[", 4) == "ab… "


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("[2001:db8:1:2:3:4:5:7]:443", 21, "[2001:db8:…:5:7]:443"),
        ("[2001:db8:1:2:3:4:5:7]:443", 19, "[2001:db8:…:7]:443"),
        ("[2001:db8:1:2:3:4:5:7]:443", 7, "[…]:443"),
        ("[2001:db8:1:2:3:4:5:7]:443", 5, "…"),
        ("192.0.2.10:443", 14, "192.0.2.10:443"),
        ("192.0.2.100:51834", 16, "192.….100:51834"),
        ("[fe80::1:2:3%eth0]:443", 21, "[fe80::…:3%eth0]:443"),
        ("postgres-worker[22113]", 15, "postgre…[22113]"),
        ("2001:db8:1:2:3:4:5:7", 14, "2001:db8:…:5:7"),
        ("eth0-with-a-long-name", 9, "eth0…name"),
        ("0.0.0.0:*", 9, "0.0.0.0:*"),
        ("anything", 0, ""),
    ],
)
def test_an_endpoint_loses_its_middle_and_never_its_port(text, width, shown):
    assert middle_cut_endpoint(text, width) == shown


@given(st.ip_addresses(), st.integers(0, 65535), st.integers(8, 46))
def test_a_port_is_whole_at_every_width_that_can_hold_it(address, port, width):
    text = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
    assert fit(text, width, keeps_end=True).rstrip().endswith(f":{port}")


def test_json_names_carry_unclean_bytes_beside_their_text():
    assert json_name("name", b"nginx") == {"name": "nginx"}
    assert json_name("name", b"\xff") == {"name": r"\xff", "name_b64": "/w=="}
    assert json_name("name", b"\\") == {"name": r"\\", "name_b64": "XA=="}
    json.dumps(json_name("name", b"\xed\xa0\x80"), ensure_ascii=False).encode()


@given(ADVERSARIAL)
def test_a_name_is_clean_exactly_where_its_text_is_its_bytes(data):
    assert is_clean(data) == (safe_text(data).encode() == data)


def test_a_name_beyond_the_limit_is_not_clean():
    assert not is_clean(b"a" * 5000)
