"""Any reading gives a valid, inert page: the author of the picture is not trusted."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.sketch import Box, Element, ElementType, Instruction, SketchReading
from assistant.pages.compiler import compile_page
from assistant.pages.intake import LONGEST_TEXT, MOST_ELEMENTS
from tests.readings import Parsed, T, stacked

ATTACKS = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "<!-- <script>",
    "--></style><svg onload=alert(1)>",
    "]]><iframe src=https://evil.example>",
    "{{7*7}} ${7*7}",
    "&lt;b&gt; & &#x3c;",
    "\u202egnp.exe\u202c",
    "a\x00b\x07c\x1bd",
    "\ud800 half a pair",
    "x; background: url(https://evil.example/a.png)",
    "[push to <b>reveal</b>]",
)
PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)
STALL_SECONDS = 10.0
"""Processor time that only a runaway takes: it is 1 to 2 s on a slow machine."""
TEXTS = st.one_of(st.text(max_size=60), st.sampled_from(ATTACKS), PLAIN)
NUMBERS = st.floats(allow_nan=True, allow_infinity=True, width=32)
PLACES = st.floats(0, 1200)
BOXES = st.one_of(
    st.builds(Box, PLACES, PLACES, st.floats(1, 900), st.floats(1, 300)),
    st.builds(Box, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
)
ELEMENTS = st.builds(
    Element,
    id=st.one_of(st.sampled_from(("e1", "e2", "toast", "page-data", "", '"onload="x')), TEXTS),
    type=st.sampled_from(ElementType),
    box=BOXES,
    text=TEXTS,
    confidence=st.floats(0, 1),
    checked=st.booleans(),
    lines=st.integers(-3, 90),
    evidence=st.sampled_from(((), ("ocr",), ("shape", "circle"), ('"><b>',))),
)
NOTES = st.builds(Instruction, TEXTS, BOXES, st.sampled_from(("e1", "e2", "", "nobody")))
READINGS = st.builds(
    SketchReading,
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.lists(ELEMENTS, max_size=14).map(tuple),
    st.lists(NOTES, max_size=3).map(tuple),
    st.sampled_from(("en", "es", '"><script>', "")),
)
KIT_TAGS = frozenset(
    re.findall(
        r"\w+",
        """html head meta title style body main div script header footer nav section form fieldset legend h1 h2 h3 p a
        dialog label span input textarea select option button hr table thead tbody tr th td ul ol li i svg path
        circle rect line""",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        """id class style lang charset http-equiv content name type value for href role aria-label aria-hidden aria-live
        hidden placeholder required checked novalidate data-action viewbox preserveaspectratio d cx cy r x y width
        height x1 x2 y1 y2 fill stroke stroke-width stroke-linecap stroke-linejoin scope autocomplete inputmode rows
        aria-labelledby aria-controls aria-selected aria-roledescription aria-current tabindex data-sorts""",
    )
)


def problems(html: str) -> list[str]:
    """What a page must never contain, whatever was drawn."""
    page = Parsed(html)
    found = list(page.problems)
    ids = page.ids()
    found += [f"id {name!r} twice" for name in {name for name in ids if ids.count(name) > 1}]
    for tag, attributes in page.tags:
        found += [] if tag in KIT_TAGS else [f"unexpected <{tag}>"]
        found += [f"unexpected {name} in <{tag}>" for name in attributes if name not in ATTRIBUTES]
        found += (
            [f"link to {attributes['href']!r}"]
            if "href" in attributes and not attributes["href"].startswith("#")
            else []
        )
        style = attributes.get("style", "")
        found += [f"style {style!r}"] if re.search(r"url|expression|[\"'<>\\]", style) else []
        found += [f"nan in {style!r}"] if re.search(r"\b(nan|inf)", style) else []
    for tag, attributes in page.controls():
        name = attributes.get("id", "")
        if not name:
            found.append(f"<{tag}> without an id")
        elif not (page.label_texts.get(name) or attributes.get("aria-label")):
            found.append(f"<{tag} id={name}> without a name")
    scripts = html.count("<script")
    found += [] if scripts == 2 and html.count("</script") == 2 else [f"{scripts} scripts"]
    return found


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(READINGS)
def test_any_reading_gives_a_valid_and_inert_page(reading: SketchReading) -> None:
    page = compile_page(reading, "drawing.jpg")
    assert problems(page.html) == []
    page.html.encode("utf-8")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(READINGS)
def test_equal_readings_give_equal_bytes(reading: SketchReading) -> None:
    assert compile_page(reading, "a").html == compile_page(reading, "a").html


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from((T.TEXT, T.HEADING, T.LINK, T.BUTTON, T.CHECKBOX, T.RADIO)), PLAIN), max_size=12)
)
def test_every_text_is_on_the_page_as_often_as_it_was_drawn(drawn: list[tuple[ElementType, str]]) -> None:
    page = Parsed(compile_page(stacked(*drawn), "drawing").html)
    shown = " ".join(page.texts)
    words = [text for _, text in drawn]
    for text in words:
        assert len(re.findall(rf"(?<!\w){re.escape(text)}(?!\w)", shown)) >= words.count(text)


@settings(max_examples=40, deadline=None)
@given(st.lists(PLAIN, min_size=1, max_size=8), st.sampled_from((T.INPUT, T.TEXTAREA)))
def test_the_words_inside_a_field_are_its_hint(hints: list[str], kind: ElementType) -> None:
    page = Parsed(compile_page(stacked(*((kind, hint) for hint in hints)), "drawing").html)
    assert sorted(a.get("placeholder", "") for _, a in page.controls()) == sorted(hints)


@pytest.mark.parametrize("kind", list(ElementType))
def test_markup_in_a_drawn_text_stays_text(kind: ElementType) -> None:
    for attack in ATTACKS:
        assert problems(compile_page(stacked((kind, attack), (T.TEXT, "after")), attack).html) == []


def test_markup_in_an_id_stays_an_id() -> None:
    for attack in ATTACKS:
        drawn = tuple(Element(attack, kind, Box(10, 10 + 60 * i, 200, 40), "x") for i, kind in enumerate(ElementType))
        assert problems(compile_page(SketchReading(600, 1200, drawn), "drawing").html) == []


def test_the_kit_s_data_can_be_read_back_whatever_the_texts_are() -> None:
    drawn = [(T.TEXT, f"Why {attack}?") for attack in ATTACKS]
    html = compile_page(stacked(*drawn, (T.BUTTON, "reveal punchline")), "jokes").html
    match = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL)
    assert match is not None
    data = json.loads(match.group(1))
    assert data["jokes"] and all(set(joke) == {"setup", "punchline"} for joke in data["jokes"])


@pytest.mark.parametrize("kind", [T.TEXT, T.HEADING, T.BUTTON, T.INPUT, T.CHECKBOX, T.SELECT, T.PARAGRAPH])
def test_a_text_without_end_is_cut_and_the_page_stays_small(kind: ElementType) -> None:
    html = compile_page(stacked((kind, "word " * 2000), (T.TEXT, "after")), "long").html
    assert problems(html) == []
    assert len(html) < 40_000 + 4 * LONGEST_TEXT
    assert "after" in Parsed(html).texts


def test_two_thousand_elements_are_no_stall() -> None:
    kinds = [T.TEXT, T.RADIO, T.CHECKBOX, T.INPUT, T.BUTTON, T.IMAGE, T.CARD, T.DIVIDER]
    elements = tuple(
        Element(f"e{i}", kinds[i % len(kinds)], Box(20 + 37 * (i % 31), 20 + 41 * (i // 31), 30, 20), f"word {i}")
        for i in range(2000)
    )
    started = time.process_time()
    page = compile_page(SketchReading(1200, 2700, elements), "wallpaper")
    assert time.process_time() - started < STALL_SECONDS
    assert 0 < page.element_count <= MOST_ELEMENTS
    assert problems(page.html) == []


def test_a_pile_of_elements_in_one_place_is_no_stall() -> None:
    elements = tuple(
        Element(f"e{i}", T.CARD if i % 3 else T.TEXT, Box(i % 7, i % 5, 200, 100), f"w{i}") for i in range(2000)
    )
    started = time.process_time()
    page = compile_page(SketchReading(300, 200, elements), "pile")
    assert time.process_time() - started < STALL_SECONDS
    assert problems(page.html) == []


def test_an_empty_reading_is_an_empty_page() -> None:
    page = compile_page(SketchReading(100, 100, ()), "nothing.jpg")
    assert problems(page.html) == []
    assert (page.title, page.element_count) == ("nothing.jpg", 0)


def test_the_policy_against_requests_stands_before_everything_that_was_drawn() -> None:
    html = compile_page(stacked((T.HEADING, "Title")), "x").html
    policy = html.index("Content-Security-Policy")
    assert "default-src 'none'" in html[policy : policy + 200]
    assert policy < html.index("<title>") < html.index("<style>") < html.index("<main")
