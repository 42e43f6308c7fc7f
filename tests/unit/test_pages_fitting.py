"""The loop that moves a page's parts to where they were drawn, with a ruler that is told where things stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.core.sketch import Box
from assistant.pages.document import Document, open_document
from assistant.pages.fidelity import fidelity
from assistant.pages.fitting import NARROWEST, SPACES, Fitted, better, drafts, fitted, repaired
from assistant.pages.measure import Measured, measure
from assistant.pages.measures import Fit
from assistant.pages.render import find_browser
from tests.readings import LOGIN

DRAWN = LOGIN.elements
AS_DRAWN = {e.id: e.box for e in DRAWN}


def page() -> Document:
    return open_document(LOGIN, "login")


def moved(name: str, right: float, down: float) -> dict[str, Box]:
    box = AS_DRAWN[name]
    return {**AS_DRAWN, name: replace(box, x=box.x + right, y=box.y + down)}


def test_a_page_exactly_as_drawn_is_wholly_true() -> None:
    twice = {name: Box(2 * b.x + 300, 2 * b.y + 50, 2 * b.width, 2 * b.height) for name, b in AS_DRAWN.items()}
    result = fidelity(DRAWN, twice)
    assert result.score == pytest.approx(1.0)
    assert result.differences == result.missing == ()


def test_what_is_out_of_place_is_named_with_its_direction() -> None:
    result = fidelity(DRAWN, moved("e6", 200, 0))
    assert result.score < 1
    assert result.differences[0].id == "e6"
    assert result.differences[0].right > 0.3
    assert abs(result.differences[0].down) < 0.01


def test_what_is_hidden_or_gone_is_missing() -> None:
    shown = {**AS_DRAWN, "e8": Box(0, 0, 0, 0)}
    del shown["e7"]
    assert fidelity(DRAWN, shown).missing == ("e7", "e8")
    assert fidelity(DRAWN, {}).score == 0


def test_the_further_off_the_worse() -> None:
    scores = [fidelity(DRAWN, moved("e5", 0, down)).score for down in (0, 40, 80, 160)]
    assert scores == sorted(scores, reverse=True)


def test_drafts_begin_with_the_page_itself_and_are_never_narrower_than_a_telephone() -> None:
    made = drafts(page())
    assert made[0] == page()
    assert all(draft.fit.width >= NARROWEST for draft in made[1:])
    assert len(set(map(repr, made))) == len(made)


def test_repair_gives_back_the_space_that_a_part_lacks() -> None:
    squeezed = {name: box if box.y < 400 else replace(box, y=box.y - 30) for name, box in AS_DRAWN.items()}
    before = Fitted(page(), fidelity(DRAWN, squeezed).score, squeezed)
    spaces = repaired(before, DRAWN).fit.spaces
    drawn_space = AS_DRAWN["e7"].y - AS_DRAWN["e6"].bottom
    assert spaces["e7"] == pytest.approx(drawn_space, abs=6)
    assert all(SPACES[0] <= space <= SPACES[1] for space in spaces.values())


def test_a_ruler_that_prefers_nothing_leaves_the_page_alone() -> None:
    def ruler(pages: Sequence[str]) -> list[Measured]:
        return [Measured(AS_DRAWN) for _ in pages]

    assert fitted(page(), DRAWN, ruler) == page()


def test_the_truest_draft_is_kept() -> None:
    def ruler(pages: Sequence[str]) -> list[Measured]:
        narrow = [f"--page-width: {450 + 66}px" in html for html in pages]
        return [Measured(AS_DRAWN if is_narrow else moved("e5", 0, 300)) for is_narrow in narrow]

    start = replace(page(), fit=Fit(450))
    assert better(Fitted(start, 0.9, {}), Fitted(start, 0.8, {}))
    assert not better(Fitted(start, 0.9, {}), Fitted(start, 0.8995, {}))
    assert fitted(start, DRAWN, ruler).fit.width == 450


def test_a_real_browser_measures_and_the_page_becomes_truer() -> None:
    assert find_browser(), "This test needs Chromium: `make test` installs it (or: apt-get install chromium)."
    best = fitted(page(), DRAWN, measure)
    before, after = (fidelity(DRAWN, found.boxes).score for found in measure([_html(page()), _html(best)]))
    assert after > before + 0.02


def _html(document: Document) -> str:
    from assistant.pages.compiler import compile_document

    return compile_document(document).html


def test_hostile_text_stays_text_while_it_is_measured() -> None:
    assert find_browser(), "This test needs Chromium: `make test` installs it (or: apt-get install chromium)."
    evil = replace(DRAWN[0], text='"></iframe><script>document.body.textContent="measured:[]:measured"</script>')
    (found,) = measure([_html(open_document(replace(LOGIN, elements=(evil, *DRAWN[1:])), "x"))])
    assert set(AS_DRAWN) <= set(found.boxes)
