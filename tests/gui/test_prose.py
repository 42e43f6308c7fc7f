"""Reply text as lines: what is recognised, what stays words, and that streaming never rewrites the past."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.gui.prose import LineKind, Span, Style, clean, code_blocks, lines


def kinds(text):
    return [line.kind for line in lines(text)]


def texts(text):
    return [line.text for line in lines(text)]


def test_paragraphs_headings_items_quotes_and_rules_are_told_apart():
    text = "# Title\nwords\n\n- one\n  - two\n3. three\n> said\n---"
    made = lines(text)
    assert [line.kind for line in made] == [
        LineKind.HEADING, LineKind.PARAGRAPH, LineKind.ITEM, LineKind.ITEM, LineKind.ITEM, LineKind.QUOTE,
        LineKind.RULE,
    ]  # fmt: skip
    assert [(line.mark, line.depth) for line in made[2:5]] == [("•", 0), ("•", 1), ("3.", 0)]
    assert [line.gap for line in made[:3]] == [False, False, True]


def test_code_keeps_its_spaces_and_its_marks():
    assert texts("```js\nif (a) {\n    **b**\n}\n```\nafter") == ["if (a) {", "    **b**", "}", "after"]
    assert kinds("```\nx") == [LineKind.CODE]


def test_a_fence_is_closed_only_by_its_own_kind():
    assert kinds("~~~\n```\n~~~\nwords") == [LineKind.CODE, LineKind.PARAGRAPH]


def test_bold_italic_and_code_are_styled_and_stars_in_sums_are_not():
    assert lines("a **b** *c* `d`")[0].spans == (
        Span("a "), Span("b", Style.BOLD), Span(" "), Span("c", Style.ITALIC), Span(" "), Span("d", Style.CODE),
    )  # fmt: skip
    assert texts("2 * 3 * 4") == ["2 * 3 * 4"]
    assert lines("snake*case*name")[0].spans == (Span("snake*case*name"),)


def test_links_and_pictures_become_words():
    assert texts("see [docs](https://a.b/c) and ![cat](http://evil/x.png)") == [
        "see docs (https://a.b/c) and [picture: cat]"
    ]
    assert texts("[https://a.b](https://a.b)") == ["https://a.b"]
    assert texts("![](http://evil/x.png)") == ["[picture: http://evil/x.png]"]


def test_html_stays_visible_text():
    assert texts("<img src=x onerror=alert(1)><b>bold</b>") == ["<img src=x onerror=alert(1)><b>bold</b>"]


def test_characters_that_hide_or_reorder_text_are_gone():
    assert clean("a\u202eb\u200bc\ufeffd\U000e0041e\x00\x1bf") == "abcdef"
    assert clean("क\u200dष\r\n👩\u200d🔬") == "क\u200dष\n👩\u200d🔬"


def test_code_blocks_are_found_for_copying():
    assert code_blocks("a\n```\none\n\ntwo\n```\nb\n```\nthree\n```") == "one\n\ntwo\n\nthree"
    assert code_blocks("no code") == ""


@given(st.text(alphabet="ab *`#->\n[](!)1.~", max_size=80))
def test_earlier_lines_never_depend_on_later_text(text):
    whole = lines(text)
    for end in range(len(text)):
        if text[end] == "\n":
            part = lines(text[:end])
            assert whole[: len(part)] == part


@given(st.text(max_size=200))
def test_any_text_has_lines(text):
    lines(text)
