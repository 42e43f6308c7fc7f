"""What every PageMaker keeps: a page at once, a filled page later, and never one that is worse."""

from __future__ import annotations

import pytest

from assistant.core.ports import PageMaker as PageMakerPort
from assistant.core.sketch import Page, SketchReading
from assistant.llm.scripted import ScriptedModel
from assistant.pages.page_maker import PageMaker
from tests.readings import JOKES, LOGIN, ORDER
from tests.unit.test_pages_properties import problems

READINGS = {"login": LOGIN, "jokes": JOKES, "order": ORDER, "nothing": SketchReading(10, 10, ())}


@pytest.fixture(params=[PageMaker], ids=["compiler"])
def maker(request: pytest.FixtureRequest) -> PageMakerPort:
    made: PageMakerPort = request.param()
    return made


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_gives_a_page_without_any_model(maker: PageMakerPort, name: str) -> None:
    page = maker.compile(READINGS[name], f"{name}.jpg")
    assert isinstance(page, Page)
    assert page.title
    assert page.html.startswith("<!doctype html>")
    assert problems(page.html) == []


@pytest.mark.parametrize("name", READINGS)
async def test_a_model_that_has_nothing_to_say_changes_nothing(maker: PageMakerPort, name: str) -> None:
    drawn = maker.compile(READINGS[name], name)
    filled = await maker.fill(READINGS[name], name, ScriptedModel({"answers": ["{}"]}))
    assert filled.html == drawn.html
    assert filled.revision > drawn.revision


def test_the_title_is_what_the_page_says_and_else_the_name_of_the_picture(maker: PageMakerPort) -> None:
    assert maker.compile(LOGIN, "photo.jpg").title == "Log in"
    assert maker.compile(READINGS["nothing"], "photo.jpg").title == "photo.jpg"


def test_a_page_holds_everything_it_needs(maker: PageMakerPort) -> None:
    html = maker.compile(JOKES, "jokes").html
    assert "<link" not in html
    assert " src=" not in html
    assert "@import" not in html
    assert "http:" not in html and "https:" not in html
