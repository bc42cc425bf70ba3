"""What may be pressed next, on the message line and where that is too short on the footer, so that nothing moves."""

from __future__ import annotations

from monitor.presentation.safe_text import cell_width
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.prompt import Prompt


def show_question(asked: ListPane.Asked, prompt: Prompt, footer: FooterBar) -> None:
    """Show the letters that a list waits for, or what stood there before."""
    first, second = question_lines(asked, prompt.size.width) if asked.choices else (None, None)
    prompt.question(first)
    footer.question(second)


def question_lines(asked: ListPane.Asked, width: int) -> tuple[TextLine, TextLine | None]:
    """Write title and letters in one line, or in two where they are wider than the screen."""
    title = Cell(f" {asked.title} ", Role.NOTE)
    pairs = [(Cell(f" {letter}", Role.STRONG), Cell(f" {word} ", Role.HEADING)) for letter, word in asked.choices]
    room = width - cell_width(title.text)
    first: list[Cell] = [title]
    while pairs and room >= (needed := sum(cell_width(cell.text) for cell in pairs[0])):
        first += pairs.pop(0)
        room -= needed
    second = TextLine(tuple(cell for pair in pairs for cell in pair)) if pairs else None
    return TextLine(tuple(first)), second
