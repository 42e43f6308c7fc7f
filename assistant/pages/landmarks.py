"""Where a page's header and footer evidently are. Pure."""

from __future__ import annotations

import re

from assistant.core.sketch import ElementType
from assistant.pages.tree import Kind, Node, in_flow

HEADER_SHARE, FOOTER_SHARE = 0.25, 0.2  # of the page's height: larger parts are content
FOOTING = re.compile(
    r"©|\(c\) |copyright|all rights|\b(privacy|imprint|impressum|terms)\b|aviso legal|derechos", re.IGNORECASE
)
QUIET = (ElementType.TEXT, ElementType.LINK, ElementType.ICON, ElementType.IMAGE)


def header_of(root: Node) -> Node | None:
    """The first part, where a rule is drawn under it."""
    parts = in_flow(root)
    if len(parts) < 3 or not _is_rule(parts[1]):
        return None
    first = parts[0]
    return first if first.box.height < HEADER_SHARE * root.box.height and not _is_rule(first) else None


def footer_of(root: Node) -> Node | None:
    """The last part, where its words say so or a rule is drawn over quiet words."""
    parts = in_flow(root)
    if len(parts) < 3:
        return None
    last, before = parts[-1], parts[-2]
    elements = tuple(last.elements())
    quiet = bool(elements) and all(e.type in QUIET for e in elements)
    if not quiet or last.kind is Kind.CARD or last.box.height > FOOTER_SHARE * root.box.height:
        return None
    says_so = any(FOOTING.search(element.text) for element in elements)
    return last if says_so or _is_rule(before) else None


def _is_rule(node: Node) -> bool:
    return node.element is not None and node.element.type is ElementType.DIVIDER
