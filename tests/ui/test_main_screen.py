from __future__ import annotations

import pytest

from monitor.model.sample import Sample
from monitor.ui.app import Settings
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of, traffic
from tests.ui.stage import Stage, monitor_of

PROXY = "192.0.2.10:6432"


def busy(sent: list[int], seconds: float) -> Sample:
    """One listener and its connections, one for each number of bytes sent, from port 50000 upwards."""
    rows = [row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(0, 128))]
    rows += [
        row("tcp", "192.0.2.10:80", f"198.51.100.7:{50000 + number}", "ESTAB", **traffic(sent=bytes_sent))
        for number, bytes_sent in enumerate(sent)
    ]
    return sample_of(rows, seconds)


def turning(rounds: int = 6, count: int = 60) -> FixedSource:
    """Connections of which every sample has others as the busiest."""
    sent = [10_000] * count
    samples = []
    for turn in range(rounds):
        samples.append(busy(sent, 5.0 * turn))
        sent = [before + 1000 * ((number * 7 + turn * 31) % count) for number, before in enumerate(sent)]
    return FixedSource(samples)


def connections(stage: Stage) -> list[str]:
    """The lines of the Connections pane below its two heads."""
    region = stage.main.connections.region
    heads = 1 + int(stage.main.connections.has_title)
    return [line for line in stage.lines[region.y + heads : region.bottom] if line.strip()]


def title(stage: Stage) -> str:
    return stage.line_with("2 Connections")


async def test_the_title_draws_the_host_while_no_row_is_hidden():
    async with monitor_of(turning(), samples=3) as stage:
        assert "█ " in title(stage)
        await stage.type("/:50001")
        assert "█" not in title(stage)
        await stage.press("escape")
        await stage.pilot.resize_terminal(109, 40)
        await stage.until(lambda: "█" not in stage.text)


async def test_moving_the_cursor_narrows_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        before = connections(stage)
        await stage.press("1", "down", "down", "down")
        assert stage.main.listeners.cursor_position == 3
        assert connections(stage) == [line.replace("▸", " ") for line in before]
        assert "on " not in title(stage)


async def test_enter_on_a_listener_narrows_connections_to_it_and_goes_there():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "enter")
        assert f"[2 Connections 7 of 44]─ on {PROXY} ─" in title(stage)
        assert len(connections(stage)) == 7
        assert all(PROXY in line for line in connections(stage))
        assert stage.app.focused is stage.main.connections


async def test_esc_widens_again():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "enter", "escape")
        assert "[2 Connections 44]" in title(stage)
        assert PROXY not in title(stage)


async def test_a_narrowing_goes_on_while_connections_come_and_go():
    first, second = busy([1, 1], 0.0), busy([1, 1, 1], 5.0)
    async with monitor_of(FixedSource([first, second]), samples=1) as stage:
        await stage.press("1", "enter")
        assert "2 of 2" not in title(stage)
        assert len(connections(stage)) == 2
        await stage.next_sample()
        assert len(connections(stage)) == 3


async def test_esc_undoes_the_filter_that_was_made_after_the_narrowing():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "enter")
        await stage.type("/syn-recv")
        await stage.press("enter")
        assert f"on {PROXY} ─ filter syn-recv" in title(stage)
        await stage.press("escape")
        assert f"on {PROXY} ─ no TIME-WAIT" in title(stage)
        await stage.press("escape")
        assert "[2 Connections 44]─ no TIME-WAIT" in title(stage)


async def test_esc_undoes_the_narrowing_that_was_made_after_the_filter():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/syn-recv or close-wait")
        await stage.press("enter", "1", "enter")
        assert f"on {PROXY} ─ filter syn-recv" in title(stage)
        await stage.press("escape")
        assert "2 Connections 6 of 44]─ filter syn-recv" in title(stage)
        await stage.press("escape")
        assert "2 Connections 44]" in title(stage)


async def test_filters_of_both_lists_are_undone_one_by_one():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/nginx")
        await stage.press("enter", "1")
        await stage.type("/udp")
        await stage.press("enter")
        assert "1 Listeners 2 of 11" in stage.text
        await stage.press("escape")
        assert "1 Listeners 11" in stage.text
        assert "filter nginx" in stage.text
        await stage.press("escape")
        assert "filter" not in title(stage)


async def test_tab_completes_the_filter_and_up_brings_back_the_last_ones():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/re")
        await stage.press("tab")
        assert "reach remote retrans" in stage.lines[-2]
        await stage.type("tr")
        await stage.press("tab")
        await stage.type("> 0")
        await stage.press("enter")
        assert "filter retrans > 0" in title(stage)
        await stage.type("/")
        await stage.press("ctrl+u")
        await stage.type("syn-recv")
        await stage.press("enter", "escape")
        await stage.type("/ngi")
        await stage.press("up")
        assert "/  syn-recv" in stage.lines[-2]
        assert "1 row matches" in stage.lines[-2]
        await stage.press("up", "up")
        assert "/  retrans > 0" in stage.lines[-2]
        await stage.press("down", "down")
        assert "/  ngi" in stage.lines[-2]
        await stage.press("up", "enter")
        assert "filter syn-recv" in title(stage)


async def test_esc_on_a_bare_main_screen_does_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        before = stage.text
        await stage.press("escape", "backspace")
        assert stage.text == before
        assert stage.app.is_running


async def test_a_filter_that_was_emptied_leaves_no_step_behind():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "enter")
        await stage.type("/udp")
        await stage.press("enter", "slash", "ctrl+u", "enter", "escape")
        assert "2 Connections 44" in title(stage)


@pytest.mark.parametrize("keys", [(), ("s", "l"), ("s", "n"), ("greater_than_sign", "I")])
async def test_the_cursors_socket_keeps_its_line_through_refreshes_and_sorts(keys: tuple[str, ...]):
    async with monitor_of(turning()) as stage:
        await stage.press(*["down"] * 12)
        table = stage.main.connections
        socket, line = table.cursor_key, stage.cursor_line
        y = stage.y_of(line)
        positions = {table.cursor_position}
        await stage.press(*keys)
        for _ in range(3):
            stage.clock.now += 10
            await stage.next_sample()
            positions.add(table.cursor_position)
            assert table.cursor_key == socket
            assert stage.lines[y].startswith("▸")
        assert len(positions) > 1


async def test_rows_do_not_jump_right_after_a_key_and_settle_later():
    async with monitor_of(turning()) as stage:
        stage.clock.now += 10
        await stage.press("down")
        order = ports(stage)
        await stage.next_sample()
        assert ports(stage) == order
        stage.clock.now += 3.5
        await stage.next_sample()
        assert ports(stage) != order


def column(stage: Stage, column_id: str) -> list[str]:
    view = stage.main.connections.view
    index = next(i for i, shown in enumerate(view.columns) if shown.id == column_id)
    return [line.cells[index].text for line in view.lines(0, view.count)]


def ports(stage: Stage) -> list[int]:
    return [int(text.rpartition(":")[2]) for text in column(stage, "remote")]


async def test_a_letter_sorts_by_its_column_and_again_the_other_way():
    async with monitor_of(turning()) as stage:
        await stage.press("s")
        assert "r remote" in stage.lines[-2]
        await stage.press("r")
        assert ports(stage) == sorted(ports(stage))
        assert "remote▴" in stage.text
        assert "by remote" in title(stage)
        await stage.press("s", "r")
        assert ports(stage) == sorted(ports(stage), reverse=True)
        assert "remote▾" in stage.text
        await stage.press("s", "0")
        assert "busiest first" in title(stage)


async def test_a_key_that_is_no_letter_of_the_sort_menu_only_ends_it():
    async with monitor_of(turning()) as stage:
        before = ports(stage)
        await stage.press("s", "Z")
        assert stage.app.is_running
        assert ports(stage) == before
        assert "r remote" not in stage.lines[-2]


async def test_the_sort_menu_is_whole_at_every_width():
    for size in ((80, 24), (120, 40), (200, 50)):
        async with monitor_of(turning(), size) as stage:
            await stage.press("s")
            assert "0 own" in (stage.lines[-2] + stage.lines[-1])


async def test_keys_walk_the_sorted_column_and_turn_it_round():
    async with monitor_of(turning()) as stage:
        await stage.press("greater_than_sign")
        assert stage.main.connections.sort.column == "state"
        await stage.press("greater_than_sign")
        assert stage.main.connections.sort.column == "local"
        await stage.press("less_than_sign")
        assert stage.main.connections.sort.column == "state"
        await stage.press("less_than_sign")
        assert stage.main.connections.sort.column == "idle"
        assert stage.main.connections.sort.is_descending
        await stage.press("I")
        assert not stage.main.connections.sort.is_descending


async def test_a_click_on_a_columns_name_sorts_and_another_turns_it_round():
    async with monitor_of(turning()) as stage:
        heads = stage.lines[stage.main.connections.region.y + 1]
        for order in (False, True):
            await stage.pilot.click("#connections", offset=(heads.index("remote"), 1))
            await stage.settle()
            assert ports(stage) == sorted(ports(stage), reverse=order)


async def test_a_click_chooses_the_row_and_a_double_click_opens_it():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.pilot.click("#listeners", offset=(10, 5))
        await stage.settle()
        assert stage.app.focused is stage.main.listeners
        assert stage.main.listeners.cursor_position == 3
        assert "127.0.0.53:53" in stage.cursor_line
        await stage.pilot.click("#listeners", offset=(10, 2), times=2)
        await stage.settle()
        assert f"on {PROXY}" in title(stage)


async def test_new_rows_are_marked_and_closed_ones_for_a_moment():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        assert stage.line_with("192.0.2.10:52110").startswith(" +")
        assert stage.line_with("192.0.2.10:52108").startswith(" !")
        assert stage.line_with("198.51.100.31:60022").startswith("  ")
        await stage.type("/:40110")
        assert [line[:2] for line in connections(stage)] == [" ×"]


async def test_a_filter_works_while_it_is_typed_and_letters_are_text():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/q")
        assert stage.app.is_running
        assert "2 Connections 0 of 44" in title(stage)
        assert "nothing matches" in stage.text
        await stage.press("backspace")
        await stage.type("proxy")
        assert "filter proxy" in title(stage)
        assert all("proxy" in line for line in connections(stage))
        assert "rows" in stage.lines[-2]


async def test_a_mistake_leaves_the_last_good_filter_in_force_and_says_why():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/nginx")
        good = connections(stage)
        await stage.type(" (")
        assert "this bracket is not closed" in stage.lines[-2]
        assert connections(stage) == good
        await stage.press("enter")
        assert stage.main.prompt.is_asking


async def test_enter_keeps_the_filter_and_gives_the_keys_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/nginx")
        await stage.press("enter")
        assert stage.app.focused is stage.main.connections
        assert "filter nginx" in title(stage)
        assert not stage.main.prompt.is_asking


async def test_esc_in_the_field_restores_the_former_filter():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/nginx")
        await stage.press("enter")
        await stage.type("/ estab sshd")
        assert "filter nginx estab sshd" in title(stage)
        await stage.press("escape")
        assert "filter nginx ─" in title(stage)
        assert stage.app.focused is stage.main.connections


async def test_a_filter_of_the_listeners_is_theirs_alone():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await stage.type("/udp")
        assert "1 Listeners 2 of 11" in stage.text
        assert "2 Connections 44" in title(stage)


async def test_z_gives_the_pane_the_whole_screen_and_back():
    async with monitor_of(machine_db1.source()) as stage:
        for key, name in (("1", "Listeners"), ("2", "Connections"), ("3", "Routing")):
            before = stage.text
            await stage.press(key, "z")
            assert f"[{key} {name}" in stage.lines[1]
            pane = stage.main.pane
            assert (pane.size.width, pane.size.height) >= (120, 34)
            await stage.press("z")
            await stage.press("2")
            assert stage.text == before


async def test_esc_takes_the_zoom_back():
    async with monitor_of(machine_db1.source()) as stage:
        before = stage.text
        await stage.press("z", "escape")
        assert stage.text == before


async def test_where_one_pane_has_the_screen_already_z_leaves_nothing_to_undo():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("1", "enter", "z", "escape")
        assert "on " not in stage.lines[1]


async def test_panes_are_reached_by_number_and_by_tab():
    async with monitor_of(machine_db1.source()) as stage:
        seen = []
        for key in ("1", "3", "2", "tab", "tab", "tab", "shift+tab", "5", "2", "exclamation_mark"):
            await stage.press(key)
            seen.append(stage.app.focused.id)
        assert seen == [
            "listeners", "routing", "connections", "routing", "events", "findings", "events",
            "findings", "connections", "findings",
        ]  # fmt: skip
        assert "[5 Findings" in stage.text


async def test_the_footer_is_that_of_the_focused_pane():
    async with monitor_of(machine_db1.source()) as stage:
        assert " s sort " in stage.lines[-1]
        await stage.press("3")
        assert " s sort " not in stage.lines[-1]
        assert " r route " in stage.lines[-1]


async def test_on_80_columns_one_pane_stands_over_a_strip_of_two_lines():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        assert "[2 Connections 44]" in stage.lines[1]
        assert stage.lines[-4].startswith(" leaves eth0 from 192.0.2.10 via 192.0.2.1")
        assert stage.lines[-4].endswith("✓ agrees")
        assert stage.lines[-3].startswith(" nginx[812] www-data fd 17 · rtt 23ms")
        await stage.press("1")
        assert "[1 Listeners 11]" in stage.lines[1]
        assert stage.lines[-4] == " reachable at 192.0.2.10, for IPv4 only"
        assert stage.lines[-3] == " proxy[990] app fd 9 · accept queue 6 of 5 · port of pgbouncer"
        await stage.press("3")
        assert "[3 Routing]" in stage.lines[1]
        assert "Reachable at" in stage.text
        await stage.press("2", "3")
        assert "Reachable at" not in stage.text
        assert "leaves" in stage.lines[3]


async def test_the_strip_of_a_reuseport_group_speaks_of_its_fullest_socket():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("1", *["down"] * 9)
        assert "8 sockets" in stage.cursor_line
        assert stage.lines[-3].startswith(
            " envoy[2044] app fd 22 · accept queue 1 of 4096 · the fullest of 8 sockets here"
        )


@pytest.mark.parametrize("size", [(39, 9), (39, 24), (80, 9)])
async def test_below_the_smallest_size_there_is_one_line(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        assert [bool(line) for line in stage.lines] == [True] + [False] * (size[1] - 1)
        assert "too small" in stage.lines[0]
        assert "03:12:41Z" in stage.lines[0]


async def test_ft_04_the_selection_outlives_a_screen_that_was_too_small():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("down", "down", "down")
        socket = stage.main.connections.cursor_key
        await stage.pilot.resize_terminal(20, 5)
        await stage.settle()
        await stage.pilot.resize_terminal(120, 40)
        await stage.settle()
        assert stage.main.connections.cursor_key == socket
        assert stage.cursor_line.startswith("▸")


async def test_a_adds_time_wait_and_bound_only_rows():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await stage.press("a")
        await stage.until(lambda: "with TIME-WAIT" in title(stage) and "47" in title(stage))
        assert ("sample", True) in stage.source.questions
        await stage.type("/time-wait")
        assert len(connections(stage)) == 2
        await stage.press("escape", "a")
        await stage.until(lambda: "with TIME-WAIT and closed" in title(stage))
        await stage.press("a")
        await stage.until(lambda: "no TIME-WAIT" in title(stage))


async def test_the_title_sums_the_rates_of_the_rows_it_shows():
    async with monitor_of(machine_db1.source()) as stage:
        assert title(stage).endswith(" ↓ 329K/s ↑ 2.4M/s ─")
        await stage.type("/filebeat")
        assert title(stage).endswith(" ↓ 0/s ↑ 930/s ─")


async def test_the_start_filter_is_in_force_and_can_be_undone():
    async with monitor_of(machine_db1.source(), settings=Settings(filter_text="sshd")) as stage:
        assert "2 Connections 1 of 44]─ filter sshd" in title(stage)
        await stage.press("escape")
        assert "2 Connections 44]" in title(stage)


async def test_a_sentence_of_the_sample_stands_on_the_message_line():
    samples = [sample_of([], second, notices=("udp6 could not be read",)) for second in (0.0, 1.0)]
    async with monitor_of(FixedSource(samples)) as stage:
        assert stage.lines[-2] == " udp6 could not be read"


async def test_what_is_typed_in_one_go_is_text_of_the_field_that_it_opens():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("/sqQ? -")
        assert stage.app.is_running
        await stage.until(lambda: "filter sqQ? - ─" in title(stage))


async def test_what_is_typed_in_one_go_reaches_the_pane_that_it_names():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("1/udp\r2/sshd\rsr")
        await stage.until(lambda: "1 Listeners 2 of 11" in stage.text)
        await stage.until(lambda: "filter sshd" in title(stage) and "by remote" in title(stage))


async def test_fu_15_rows_that_are_held_move_the_question_once():
    async with monitor_of(machine_db1.source()) as stage:
        before = len(stage.source.questions)
        await stage.burst("jjjjjjjj")
        await stage.until(lambda: len(stage.source.questions) > before)
        assert len(stage.source.questions) <= before + 2
