import pytest

from monitor.presentation.filter_completion import candidates, candidates_text, complete
from monitor.presentation.filter_parser import parse
from tests.presentation.socket_rows import a_row, interval_of

INTERVAL = interval_of([a_row()])


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("retr", "retrans "),
        ("tcp and retr", "tcp and retrans "),
        ("(retr", "(retrans "),
        ("sync", "sync"),
        ("state sync", "state synchronized "),
        ("state = sync", "state = synchronized "),
        ("exclude list", "exclude listen"),
        ("reach l", "reach lo "),
        ("user ww", "user www-data "),
        ("iface et", "iface eth0 "),
        ("dev != e", "dev != eth0 "),
        ("proc ngi", "proc nginx "),
        ("proc ", "proc "),
        ("nginx", "nginx"),
        ("", ""),
        ('user "ww', 'user "ww'),
        (":postg", ":postgresql "),
        ("src :postg", "src :postgresql "),
        ("dport = mysqlx", "dport = mysqlx "),
        ("sport = :ht", "sport = :http"),
        (":", ":"),
    ],
)
def test_the_last_word_is_completed_as_far_as_there_is_one_way(line, completed):
    assert complete(line, INTERVAL) == completed


def test_several_ways_are_named():
    assert complete("re", INTERVAL) == "re"
    assert candidates_text("re", INTERVAL) == "reach remote retrans"
    assert candidates_text("retr", INTERVAL) == ""


def test_a_name_of_any_characters_is_written_so_that_it_is_read_as_itself():
    _, names = candidates("proc ", INTERVAL)
    assert '"Proxy\\\\xff"' not in names
    assert all(parse(f"proc {name}") and name.isprintable() for name in names)


def test_without_rows_fields_are_completed_all_the_same():
    assert complete("idl", None) == "idle "
    assert candidates("user w", None)[1] == []
