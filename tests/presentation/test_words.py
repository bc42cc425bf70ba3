"""Words: the same definitions on the screen and in README, and examples that are true of the machine."""

from __future__ import annotations

from pathlib import Path

from monitor.presentation.word_examples import PICKERS
from monitor.presentation.words import DEFINITIONS, DOCUMENTED, own_examples, words_lines
from tests.presentation.connection_scene import db1_interval, interval_of
from tests.scenes import ANY, ANY6, row

README = Path(__file__).parents[2] / "README.md"
WEB = "192.0.2.10:443"


def shown(interval) -> list[str]:
    return ["".join(cell.text for cell in line.left).strip() for line in words_lines(interval)]


def example(place: int, rows) -> str | None:
    made = own_examples(interval_of(rows))[place]
    return None if made is None else "\n".join([*made.rows, made.shows])


def test_readme_defines_the_words_as_the_screen_does():
    text = " ".join(README.read_text(encoding="utf-8").split())
    for word, definition in DEFINITIONS:
        assert f"- **{word}**: {definition}" in text
    for made in DOCUMENTED:
        assert " ".join([*made.rows, made.shows]) in text


def test_every_documented_example_is_looked_for_on_the_machine():
    assert len(PICKERS) == len(DOCUMENTED)


def test_a_machine_that_has_them_shows_its_own_rows_and_no_others():
    lines = shown(db1_interval())
    assert "On this machine" in lines
    assert not any("documentation" in line for line in lines)
    assert "192.0.2.10:8080 ← 198.51.100.7:51834" in lines
    assert "192.0.2.10:8080 ← 198.51.100.7:51836" in lines
    assert "127.0.0.1:5432 ← 127.0.0.1:41880 postgres[22113]" in lines


def test_a_machine_without_them_says_that_the_examples_are_not_its_own():
    for interval in (None, interval_of([]), interval_of([row("udp", WEB, ANY, "UNCONN")])):
        lines = shown(interval)
        assert "On this machine" not in lines
        assert "Not on this machine now, so with addresses of documentation" in lines
        assert all(text in lines for made in DOCUMENTED for text in made.rows)


def test_what_is_missing_alone_is_taken_from_documentation():
    lines = shown(interval_of([row("tcp", WEB, ANY, "LISTEN", owner=((812, 3), (813, 3)))]))
    assert f"{WEB} nginx ×2" in lines
    assert "[::]:443 nginx ×4" not in lines
    assert "192.0.2.10:8443 envoy 8 sockets" in lines


def test_two_connections_that_differ_in_the_port_only_are_better_than_a_busier_listener():
    listeners = [row("tcp", WEB, ANY, "LISTEN"), row("tcp", "192.0.2.10:22", ANY, "LISTEN")]
    busy = [row("tcp", WEB, f"198.51.100.{host}:5000", "ESTAB") for host in range(1, 9)]
    alike = [row("tcp", "192.0.2.10:22", f"198.51.100.7:{port}", "ESTAB") for port in (5001, 5002)]
    made = example(0, [*listeners, *busy, *alike])
    assert "192.0.2.10:22 ← 198.51.100.7:5001\n192.0.2.10:22 ← 198.51.100.7:5002" in made
    assert made.endswith("All have its port; the two connections differ in the remote port only.")
    assert "remote endpoint" in example(0, [*listeners, *busy])
    assert example(0, [*listeners, *busy[:1]]) is None


def test_connections_that_no_program_has_accepted_are_no_example():
    waiting = [row("tcp", WEB, f"198.51.100.7:{port}", "ESTAB", inode=0) for port in (1, 2)]
    assert example(0, [row("tcp", WEB, ANY, "LISTEN", queue=(2, 5)), *waiting]) is None


def test_a_socket_that_is_connected_to_itself_is_not_two():
    assert example(1, [row("tcp", "127.0.0.1:40000", "127.0.0.1:40000", "ESTAB")]) is None
    pair = [
        row("tcp", "127.0.0.1:5432", "127.0.0.1:40000", "ESTAB"),
        row("tcp", "127.0.0.1:40000", "127.0.0.1:5432", "ESTAB"),
    ]
    assert example(1, pair).count("127.0.0.1:5432") == 2


def test_listeners_of_two_families_are_not_sockets_at_one_endpoint():
    apart = [row("tcp", "0.0.0.0:80", ANY, "LISTEN"), row("tcp", "[::]:80", ANY6, "LISTEN", v6only=1)]
    assert example(3, apart) is None
    group = [row("tcp", WEB, ANY, "LISTEN", owner=(812, number), cookie=number) for number in (1, 2, 3)]
    assert example(3, [*apart, *group]).startswith(f"{WEB} nginx 3 sockets\n3 sockets at one endpoint")
