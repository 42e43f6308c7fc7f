"""Edits of a page that a model wrote: its looks and words by the ids it shares with the drawing, nothing else.

What the page is made of stays the model's: parts cannot be moved, added or given behaviour in code that nobody here
wrote. Pure.
"""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape

from assistant.pages.document import PAGE, Document
from assistant.pages.stylesheet import part_rules, readable_on
from assistant.pages.tree import Kind, Node

ONLY_LOOKS = (
    "The model wrote this page, and in it I can only change words, looks, or take parts away. "
    'Say "undo" for the page as drawn, where I can change everything.'
)
HEAD_END = "</head>"


def carried_over(before: Document, after: Document) -> Document | None:
    """`after` as an edit of the page that `before` was written as; None where that page cannot follow."""
    if not _are_looks_and_words(before, after):
        return None
    old, new = {e.id: e for e in before.elements()}, {e.id: e for e in after.elements()}
    gone = [name for name in old if name not in new]
    reworded = {name: e.text for name, e in new.items() if e.text != old[name].text}
    restyled = [name for name, style in after.styles.items() if before.styles.get(name) != style]
    html = before.written
    if not all(name == PAGE or _has(html, name) for name in (*gone, *reworded, *restyled)):
        return None
    for name in gone:
        html = _styled(html, f"#{name} {{ display: none !important }}")
    for name, text in reworded.items():
        html = _with_words(html, name, text)
        if not html:
            return None
    return replace(after, written=html)


def _are_looks_and_words(before: Document, after: Document) -> bool:
    """Is nothing else than looks, words and the absence of parts different?"""
    alike = replace(after, root=before.root, styles=before.styles, edited=before.edited, written=before.written)
    old, new = {e.id: e for e in before.elements()}, {e.id: e for e in after.elements()}
    gone = len(old) > len(new)
    if alike != before or list(new) != [name for name in old if name in new]:
        return False
    if not gone and _shape(before.root) != _shape(after.root):
        return False
    if any(replace(e, text=old[name].text, box=old[name].box) != old[name] for name, e in new.items()):
        return False  # what is left moves up: boxes are compared with the tree above
    page = after.style(PAGE)
    return page == replace(before.style(PAGE), background=page.background)


def written_html(document: Document) -> str:
    """The model's page with everything that was said about its looks since."""
    rules = [rule for rule in part_rules(document) if rule]
    ground = document.style(PAGE).background
    if ground:
        rules.append(f"html, body {{ background: {ground} !important; color: {readable_on(ground)} !important }}")
    return _styled(document.written, "\n".join(rules)) if rules else document.written


def _styled(html: str, rules: str) -> str:
    return html.replace(HEAD_END, f"<style>\n{rules}\n</style>\n{HEAD_END}", 1)


def _shape(node: Node) -> tuple[object, ...]:
    """How the tree is built, whatever the words in it are."""
    name = node.element.id if node.kind is Kind.LEAF and node.element is not None else node.name
    return (node.kind, name, node.widget, node.box, tuple(_shape(child) for child in node.children))


def _has(html: str, name: str) -> bool:
    return f' id="{escape(name)}"' in html


def _with_words(html: str, name: str, text: str) -> str:
    """The page with other words in an element that holds nothing else, or beside a tick box; empty where neither is."""
    own = re.compile(rf'(<(\w+)[^<>]*\sid="{re.escape(escape(name))}"[^<>]*>)[^<>]*(</\2>)')
    beside = re.compile(rf'(<input[^<>]*\sid="{re.escape(escape(name))}"[^<>]*>\s*)[^<>]*(</label>)')
    words = escape(text, quote=False)
    if own.search(html):
        return own.sub(lambda found: found[1] + words + found[3], html, count=1)
    if beside.search(html):
        return beside.sub(lambda found: found[1] + words + found[2], html, count=1)
    return ""
