from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.events import Key, MouseDown, MouseScrollDown, Paste
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from monitor.ui.terminal_input import LONGEST_PASTE, TerminalInput

PIECES = st.sampled_from(
    [*b"\x1b[]OPM<?;:1u~A-\xff\xc3\x00j", "99999999999", "57441", "$y", "t", "R", "\x07", "\x1b\\", "200~", "201~"]
).map(lambda piece: bytes([piece]) if isinstance(piece, int) else piece.encode())


def read(*pieces: bytes) -> list[Message]:
    """Feed pieces, then let the silence come that ends what is unfinished."""
    decoder = TerminalInput()
    messages = [message for piece in pieces for message in decoder.feed(piece)]
    return messages + decoder.time_out() if decoder.patience_s is not None else messages


def keys(*pieces: bytes) -> list[str]:
    return [message.key for message in read(*pieces) if isinstance(message, Key)]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        (b"j", "j"),
        (b"G", "G"),
        (b"?", "question_mark"),
        (b"\r", "enter"),
        (b"\x03", "ctrl+c"),
        (b"\x1b[A", "up"),
        (b"\x1bOP", "f1"),
        (b"\x1b[21~", "f10"),
        (b"\x1b[Z", "shift+tab"),
        (b"\x1b[[A", "f1"),
        (b"\x1b", "escape"),
        (b"\x1bx", "alt+x"),
        (b"\x1b[1;2R", "shift+f3"),
        (b"\x1b[5;5~", "ctrl+pageup"),
        (b"\x1b[27u", "escape"),
        (b"\x1b[99;5u", "ctrl+c"),
        ("ü".encode(), "ü"),
    ],
)
def test_a_key_is_known_however_it_is_cut(sent: bytes, key: str):
    assert keys(sent) == [key]
    assert keys(*(sent[position : position + 1] for position in range(len(sent)))) == [key]


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"\xe2\x82", id="half a character"),
        pytest.param(b"\xed\xa0\x80", id="half a surrogate pair"),
        pytest.param(b"\x1b[99999999u", id="no code point"),
        pytest.param(b"\x1b[99999999999999999999u", id="no integer of the machine"),
        pytest.param(b"\x1b[55296u", id="half a surrogate pair by its number"),
        pytest.param(b"\x1b[1;1:3A", id="an event type that was not asked for"),
        pytest.param(b"\x1b[999999999999A", id="a giant count"),
        pytest.param(b"\x1b[" + b"9" * 5000 + b"A", id="a count of 5000 digits"),
        pytest.param(b"\x1b[?997;1n", id="a report that nobody asked for"),
        pytest.param(b"\x1b[>1;4000;0c", id="device attributes"),
        pytest.param(b"\x1b[113;1R", id="a cursor position"),
        pytest.param(b"\x1b[113~\x1b[113;1~", id="a function key that does not exist"),
        pytest.param(b"\x1b[48;9999;9999;9;9t", id="a size"),
        pytest.param(b"\x1b[I\x1b[O", id="focus"),
        pytest.param(b"\x1b[M !!", id="an X10 mouse report"),
        pytest.param(b"\x1b[<0;-5;3M", id="a mouse left of the window"),
        pytest.param(b"\x1b]10;rgb:0000/0000/0000\x1b\\", id="a colour"),
        pytest.param(b"\x1bP1+r544e\x1b\\\x1b_Gi=1;OK\x1b\\", id="device strings"),
        pytest.param(b"\x1b[12\x1b[200000000~", id="a sequence inside another"),
    ],
)
def test_ft_14_what_is_no_key_presses_none_and_the_next_key_works(nonsense: bytes):
    assert [message for message in read(nonsense + b"j") if not isinstance(message, Key)] == []
    assert keys(nonsense + b"j") == ["j"]
    assert keys(nonsense, b"j") == ["j"]


def test_a_sequence_without_its_end_is_forgotten():
    assert keys(b"\x1b[12;4") == []
    assert keys(b"\x1b]" + b"x" * 5000 + b"\x1b[A") == ["up"]


def test_a_mouse_report_is_read():
    press, wheel = read(b"\x1b[<0;5;3M\x1b[<65;1;1M")
    assert isinstance(press, MouseDown)
    assert (press.x, press.y) == (4, 2)
    assert isinstance(wheel, MouseScrollDown)


def test_synchronized_output_is_used_where_the_terminal_knows_it():
    assert isinstance(read(b"\x1b[?2026;2$y")[0], TerminalSupportsSynchronizedOutput)
    assert read(b"\x1b[?2026;0$y") == []


def test_a_paste_is_one_message_and_no_keys():
    pasted, key = read(b"\x1b[200~k\x1b[Ay\x00 \xc3", b"\xbc\x1b[20", b"1~j")
    assert isinstance(pasted, Paste)
    assert pasted.text == "k\N{REPLACEMENT CHARACTER}[Ay\N{REPLACEMENT CHARACTER} ü"
    assert isinstance(key, Key)


def test_what_acts_or_hides_is_not_pasted():
    (pasted,) = read("\x1b[200~a\tb\r\nc\rd\x9b\u202e\x07\u3000漢\x1b[201~".encode())
    assert isinstance(pasted, Paste)
    assert pasted.text == "a b\nc\nd���\u0020漢"


def test_a_giant_paste_is_cut():
    (pasted,) = read(b"\x1b[200~", *([b"x" * 4096] * 40), b"\x1b[201~")
    assert isinstance(pasted, Paste)
    assert len(pasted.text) == LONGEST_PASTE


def test_a_paste_that_lost_its_end_ends_with_silence():
    decoder = TerminalInput()
    assert decoder.feed(b"\x1b[200~lost") == []
    assert decoder.patience_s == pytest.approx(2.0)
    (pasted,) = decoder.time_out()
    assert isinstance(pasted, Paste)
    assert pasted.text == "lost"
    assert decoder.patience_s is None
    assert [key.key for key in decoder.feed(b"j") if isinstance(key, Key)] == ["j"]


@given(st.lists(PIECES | st.binary(max_size=12), max_size=40))
def test_nothing_that_arrives_raises_or_lasts(pieces: list[bytes]):
    decoder = TerminalInput()
    for piece in pieces:
        decoder.feed(piece)
    decoder.time_out()
    assert decoder.patience_s is None
    assert [key.key for key in decoder.feed(b"\x00j") if isinstance(key, Key)][-1] == "j"


# What is Textual's own and not promised to anybody.


def test_textual_names_the_keys_of_a_sequence_and_of_a_character():
    tables = XTermParser()
    assert [key.key for key in tables._sequence_to_key_events("\x1b[A", alt=False)] == ["up"]
    assert [key.key for key in tables._sequence_to_key_events("x", alt=True)] == ["alt+x"]
    assert list(tables._sequence_to_key_events("\x1b[?997;1n", alt=False)) == []


def test_textual_knows_function_keys_by_number_and_letter():
    assert FUNCTIONAL_KEYS["1A"] == "up"
    assert FUNCTIONAL_KEYS["5~"] == "pageup"


def test_textual_reads_a_mouse_report():
    assert isinstance(XTermParser().parse_mouse_code("\x1b[<0;1;1M"), MouseDown)
