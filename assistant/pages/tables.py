"""Cells of a drawn table, from the boxes of what stands in it. Pure."""

from __future__ import annotations

from assistant.core.sketch import Element, ElementType

Cell = tuple[Element, ...]
FEWEST_SORTED = 3  # rows with the headings from which a table can be sorted without being asked for it
FEWEST_ASKED = 2
WRITING = (ElementType.HEADING, ElementType.TEXT)


def table_rows(elements: tuple[Element, ...]) -> tuple[tuple[Cell, ...], ...]:
    """Rows of cells, all of one length; a cell may be empty or hold several elements."""
    rows = _clusters(elements, vertical=True)
    columns = _clusters(elements, vertical=False)
    place = {element.id: index for index, column in enumerate(columns) for element in column}
    return tuple(
        tuple(tuple(element for element in row if place[element.id] == index) for index in range(len(columns)))
        for row in rows
    )


def is_sortable(rows: tuple[tuple[Cell, ...], ...], fewest: int) -> bool:
    """Does every column have a name of its own, and are there `fewest` rows?"""
    if len(rows) < fewest or len(rows[0]) < 2:
        return False
    return all(len(cell) == 1 and cell[0].type in WRITING and cell[0].text.strip() for cell in rows[0])


def _clusters(elements: tuple[Element, ...], vertical: bool) -> list[list[Element]]:
    """Elements whose spans along the axis share at least half of the smaller one."""

    def span(element: Element) -> tuple[float, float]:
        box = element.box
        return (box.y, box.bottom) if vertical else (box.x, box.right)

    clusters: list[tuple[list[Element], float, float]] = []
    for element in sorted(elements, key=lambda item: sum(span(item))):
        start, end = span(element)
        if clusters:
            members, low, high = clusters[-1]
            shared = min(end, high) - max(start, low)
            if shared > 0.4 * min(end - start, high - low):
                members.append(element)
                clusters[-1] = (members, min(low, start), max(high, end))
                continue
        clusters.append(([element], start, end))
    return [members for members, _, _ in clusters]
