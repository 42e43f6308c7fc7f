"""A seeing model behind a real server process writes a page: streamed, checked by a real browser, kept or refused."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from assistant.core.types import Picture
from assistant.llm.openai_client import OpenAIClient
from assistant.pages.editor import PageEditor
from assistant.pages.page_maker import PageMaker
from assistant.pages.render import find_browser
from tests.readings import LOGIN

pytestmark = pytest.mark.skipif(find_browser() is None, reason="the checks need a browser")
PICTURE = Picture(b"\x89PNG picture", 100, 100)
SERVER = textwrap.dedent(
    """
    import json, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer

    answer = sys.stdin.readline()
    page, endless, sees = json.loads(answer)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_GET(self):
            model = {"id": "vision-8b", "max_model_len": 16384}
            if sees:
                model["architecture"] = {"input_modalities": ["text", "image"]}
            body = json.dumps({"data": [model]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            shown = json.dumps(asked["messages"])
            text = page if "image_url" in shown else "I see no picture."
            self.send_response(200)
            self.end_headers()
            pieces = [text[i:i + 40] for i in range(0, len(text), 40)]
            try:
                while True:
                    for piece in pieces:
                        self.tell({"delta": {"content": piece}, "finish_reason": None})
                    if not endless:
                        break
                self.tell({"delta": {}, "finish_reason": "stop"})
            except ConnectionError:
                pass
        def tell(self, choice):
            self.wfile.write(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\\n\\n")
            self.wfile.flush()

    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
    """
)


@contextmanager
def server_that_writes(page: str, endless: bool = False, sees: bool = True) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps([page, endless, sees]) + "\n")
        process.stdin.flush()
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.kill()
        process.communicate()


def good_page() -> str:
    """What a model that knows its trade would write."""
    rows = []
    for e in LOGIN.elements:
        tag = {"heading": "h1", "button": "button", "link": "a"}.get(e.type.value, "p")
        if e.type.value == "input":
            rows.append(f'<div><input id="{e.id}" aria-label="field" placeholder="{e.text}"></div>')
        elif e.type.value in ("checkbox", "radio"):
            rows.append(f'<div><label><input type="{e.type.value}" id="{e.id}"> {e.text}</label></div>')
        else:
            rows.append(f'<{tag} id="{e.id}" style="display: block">{e.text}</{tag}>')
    return (
        "```html\n<!doctype html><html><head><title>Log in</title><style>body { margin: 40px }</style></head>"
        "<body><main>"
        + "\n".join(rows)
        + "</main><script>document.querySelector('button').addEventListener('click', () => { document.title = 'In'; });"
        "</script></body></html>\n```"
    )


async def written(page: str, endless: bool = False, sees: bool = True) -> tuple[PageEditor, list[str], str]:
    editor = PageMaker(written="auto").open(LOGIN, "login.jpg")
    with server_that_writes(page, endless, sees) as address:
        model = OpenAIClient(address)
        try:
            shown = [html async for html in editor.write(model, PICTURE)]
            said = (await editor.adopt()).said
        finally:
            await model.close()
    return editor, shown, said


async def test_a_good_page_is_shown_while_it_is_written_kept_undone_and_edited() -> None:
    editor, shown, _ = await written(good_page())
    assert len(shown) >= 2 and len(shown[0]) < len(shown[-1])
    assert all("<script" not in html for html in shown)
    page = editor.page(1)
    assert "addEventListener" in page.html and "Content-Security-Policy" in page.html
    assert editor.versions.sentences[-1] == "the page is as the model wrote it"
    editor.step(-1)
    assert "page-data" in editor.page(2).html, "undo brings the compiled page back"
    editor.step(1)
    assert "addEventListener" in editor.page(3).html


async def test_words_looks_and_absence_are_edited_in_the_page_that_the_model_wrote() -> None:
    editor, _, _ = await written(good_page())
    for words in (
        "make the button green",
        'change the button to "Enter"',
        "remove the link",
        "make the background yellow",
    ):
        said = await editor.change(words, "", None)
        assert said.changed, (words, said.said)
    html = editor.page(1).html
    assert "addEventListener" in html and "page-data" not in html, "it is still the model's page"
    button = next(e for e in LOGIN.elements if e.type.value == "button")
    link = next(e for e in LOGIN.elements if e.type.value == "link")
    assert f'id="{button.id}" style="display: block">Enter</button>' in html
    assert f"#{button.id} {{ background: #" in html and "html, body { background: #" in html
    assert f"#{link.id} {{ display: none !important }}" in html
    editor.step(-3)
    before = editor.page(2).html
    assert ">Enter<" not in before and "display: none" not in before and f"#{button.id} {{ background" in before


@pytest.mark.parametrize("words", ["add a contact form", "move the button to the top", "make the page dark"])
async def test_what_the_written_page_cannot_follow_is_said_and_it_stays(words: str) -> None:
    editor, _, _ = await written(good_page())
    before = editor.page(1).html
    said = await editor.change(words, "", None)
    assert not said.changed and "undo" in said.said
    assert editor.page(1).html == before
    editor.step(-1)
    assert (await editor.change(words, "", None)).changed, "the page as drawn can be changed in every way"


async def test_a_written_page_outlives_the_program() -> None:
    from assistant.core.sketch import WorkRecord

    editor, _, _ = await written(good_page())
    kept = PageMaker().reopen(WorkRecord(1, "login.jpg", editor.records(), editor.versions.current))
    assert kept is not None and kept.page(0).html == editor.page(0).html


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><body><h1>Log in</h1><script>fetch('http://127.0.0.1:9/x')</script></body></html>", "network"),
        (good_page().replace("document.querySelector", "nothing.here"), "failed"),
        ("<html><body><h1>You have been hacked</h1></body></html>", "less of the drawing"),
        ("<html><body><h1>Log in", "cut off"),
        ("I would rather talk about boats.", "no page"),
        ("", "no page"),
    ],
)
async def test_a_bad_page_leaves_the_compiled_one_with_a_reason(page: str, reason: str) -> None:
    editor, shown, said = await written(page)
    assert reason in said
    assert "page-data" in editor.page(1).html
    assert len(editor.versions.sentences) == 1
    assert all("<script" not in html for html in shown)


async def test_a_server_that_never_ends_is_cut_off_and_the_compiled_page_stays() -> None:
    editor = PageMaker(written="auto").open(LOGIN, "login.jpg")
    with server_that_writes("<html><body>" + "la " * 2000, endless=True) as address:
        model = OpenAIClient(address)
        try:
            async for _ in editor.write(model, PICTURE):
                pass
            edited = await editor.adopt()
        finally:
            await model.close()
    assert (edited.changed, edited.said) == (False, "The model's page was cut off.")
    assert "page-data" in editor.page(1).html


async def test_a_model_without_eyes_is_not_asked() -> None:
    editor, shown, said = await written(good_page(), sees=False)
    assert (shown, said, len(editor.versions.sentences)) == ([], "", 1)
