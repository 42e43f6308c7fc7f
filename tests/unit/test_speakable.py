"""What of a reply is said and what only stands on the screen."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.speakable import CODE_REMARK, TABLE_REMARK, SpeakableText, SpokenClauses


def speakable(text: str) -> str:
    speaker = SpeakableText()
    return " ".join((speaker.feed(text) + speaker.finish()).split())


CASES = {
    "# Title\n\nSome **bold** and *soft* text.": "Title Some bold and soft text.",
    "Here:\n```python\nprint('x')\n```\nDone.": f"Here: {CODE_REMARK} Done.",
    "~~~~\n```\n~~~~\nDone.": f"{CODE_REMARK} Done.",
    "```\na\n```\n```\nb\n```\nEnd": f"{CODE_REMARK} End",
    "```html\n<p>never closed": CODE_REMARK,
    "Call `parse_it()` or `x = 1 + y`.": "Call parse_it() or the code on the screen.",
    "See [the *guide*](https://example.com/a_(b)) now.": "See the guide now.",
    "![a cat](cat.png) A cat.": "A cat.",
    "[![badge](x.svg)](y) Hello": "Hello",
    "See [this][1].\n\n[1]: https://example.com": "See this.",
    "A fact[^1] here [2].": "A fact here .",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter.": f"{TABLE_REMARK} After.",
    "- one\n- [x] two\n  * three": "one two three",
    "1. Open it\n2) Close it": "1: Open it 2: Close it",
    "> quoted\n> words": "quoted words",
    "a\n\n---\n\nb\n===\nc": "a b c",
    "2 * 3 and snake_case and 2*3": "2 * 3 and snake_case and 2*3",
    "<b>bold</b><br>next <!-- no --> end": "bold next end",
    "<script>alert(1)</script>Hi": f"{CODE_REMARK} Hi",
    "<!DOCTYPE html>\n<html><body>x</body></html>\nThat is it.": f"{CODE_REMARK} That is it.",
    "a < b and c &amp; d &lt; e": "a < b and c & d < e",
    "Mail <me@x.org> or <https://x.org>": "Mail me@x.org or https://x.org",
    r"\*not\* $5 and $$x^2$$ and \(y\)": "*not* $5 and the formula on the screen and the formula on the screen",
    "~~gone~~ ~5": "gone ~5",
    "text\n\n    code = 1\n\nmore": f"text {CODE_REMARK} more",
    "- item\n\n    still the item": "item still the item",
    "a [bracket without end": "a [bracket without end",
    "wow! Great!": "wow! Great!",
    "ends with `code`": "ends with code",
    "ends with [link](x)": "ends with link",
    "**": "",
    "an unclosed `tick\nnext": "an unclosed tick next",
    "this | that": "this , that",
}


@pytest.mark.parametrize(("written", "said"), CASES.items())
def test_markup_is_not_said(written, said):
    assert speakable(written) == said


PIECES = [
    "a", "b c", " ", "\n", "\n\n", "`", "```", "```py\n", "*", "**", "_", "~~", "[", "]", "(", ")", "](", "!",
    "![", "<b>", "<", ">", "<!--", "-->", "&amp;", "&", "#", "# ", "- ", "1. ", "| ", "|", "---", "    ",
    "$$", "$", "\\", "\\(", "\\)", "<script>", "</script>", "[1]: x", "> ", "x=1", "]: ",
]  # fmt: skip
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(MARKDOWN | st.sampled_from(list(CASES)), st.lists(st.integers(0, 120), max_size=10))
def test_any_chunking_says_the_same(text, cuts):
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    speaker = SpeakableText()
    said = "".join(speaker.feed(text[a:b]) for a, b in itertools.pairwise(borders)) + speaker.finish()
    assert " ".join(said.split()) == speakable(text)


@given(MARKDOWN | st.sampled_from(list(CASES)))
def test_token_by_token_gives_the_same_clauses(text):
    at_once, by_letter = SpokenClauses(), SpokenClauses()
    wanted = at_once.feed(text) + at_once.finish()
    assert [clause for letter in text for clause in by_letter.feed(letter)] + by_letter.finish() == wanted


def test_a_reply_becomes_clauses_ready_to_speak():
    clauses = SpokenClauses()
    reply = "Sure! It costs **$5**:\n\n```js\nlet a = 1;\n```\n\n1. Open `index.html`.\n2. Wait 3 s."
    assert clauses.feed(reply) + clauses.finish() == [
        "Sure!",
        "It costs five dollars:",
        CODE_REMARK,
        "one: Open index dot html.",
        "two: Wait three seconds.",
    ]
