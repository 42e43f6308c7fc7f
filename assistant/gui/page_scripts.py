"""What the window asks a running page, and how its answers are taken: they come from a hostile document. Pure.

The scripts run in the application's own world, where the page cannot change what functions mean; its document may
still shadow names, so every call goes through a prototype. An answer counts only if it has exactly the right shape.
"""

from __future__ import annotations

import json
import math
import re
from typing import cast

from assistant.core.sketch import Box, Places

OWN_WORLD = 1
LONGEST_ID = 64
MOST_PLACES = 400
LONGEST_ANSWER = 100_000  # characters
FARTHEST = 100_000.0  # CSS pixels
ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST_ID - 1}}}", re.ASCII)

_TOOLS = """
const call = (f, on, ...rest) => Function.prototype.call.call(f, on, ...rest);
const attribute = (node, name) => call(Element.prototype.getAttribute, node, name);
const named = (root) => [...call(Element.prototype.querySelectorAll, root, "[id]")]
  .filter((node) => !["toast", "page-data", "edits"].includes(attribute(node, "id")));
const frame = (node) => call(Element.prototype.closest, node, "label") || node;
const place = (node) => { const box = call(Element.prototype.getBoundingClientRect, frame(node));
  return [attribute(node, "id"), box.left, box.top, box.width, box.height]; };
const byId = (id) => call(Document.prototype.getElementById, document, id);
"""


def _script(body: str) -> str:
    """Answers in JSON: Qt hands over texts, numbers and nothing else."""
    return f"JSON.stringify((() => {{ {_TOOLS} {body} }})())"


def _parsed(answer: object) -> object:
    """None for anything but JSON of a bearable size."""
    if not isinstance(answer, str) or len(answer) > LONGEST_ANSWER:
        return None
    try:
        return cast(object, json.loads(answer))
    except (ValueError, RecursionError):
        return None


def part_at(x: float, y: float) -> str:
    """The part under a point, in CSS pixels; answers a place or null."""
    return _script(f"""
    let node = call(Document.prototype.elementFromPoint, document, {x:.1f}, {y:.1f});
    for (; node && node.localName !== "body" && node.localName !== "html"; node = node.parentElement) {{
      const id = attribute(node, "id");
      if (id && !["toast", "page-data"].includes(id)) return place(node);
      const inside = node.localName === "label" ? named(node)[0] : null;
      if (inside) return place(inside);
    }}
    return null;""")


def box_of(element_id: str) -> str:
    """Where a part is now; answers a place or null."""
    return _script(f"const node = byId({json.dumps(element_id)}); return node ? place(node) : null;")


def all_places() -> str:
    """Every part, in the document's order; answers a list of places."""
    return _script(f"return named(document.body).slice(0, {MOST_PLACES}).map(place);")


def focused_id() -> str:
    """The part that has the focus; answers its id or null."""
    return _script(
        'const node = document.activeElement; return node instanceof Element ? attribute(node, "id") : null;'
    )


def close_dialog() -> str:
    """The window's shortcut for Escape is quicker than the page: what the browser would do is done here."""
    return _script('const open = document.querySelector("dialog:modal"); if (open) open.close(); return null;')


def place_of(answer: object) -> tuple[str, Box] | None:
    """A place, if the answer is one."""
    return _place(_parsed(answer))


def _place(answer: object) -> tuple[str, Box] | None:
    if not isinstance(answer, list) or len(answer) != 5:
        return None
    name, *sides = answer
    numbers = [float(side) for side in sides if isinstance(side, int | float) and not isinstance(side, bool)]
    if not _id(name) or len(numbers) != 4 or not all(math.isfinite(n) and abs(n) < FARTHEST for n in numbers):
        return None
    return name, Box(*numbers)


def places_of(answer: object) -> Places:
    listed = _parsed(answer)
    if not isinstance(listed, list):
        return ()
    found = (_place(one) for one in listed[:MOST_PLACES])
    return tuple(place for place in found if place is not None and place[1].width > 0 and place[1].height > 0)


def id_of(answer: object) -> str:
    return _id(_parsed(answer))


def is_done(answer: object) -> bool:
    return _parsed(answer) is True


def _id(name: object) -> str:
    return name if isinstance(name, str) and ID.fullmatch(name) else ""


def change_in_place(old: str, new: str) -> str:
    """Carry the difference of two sources into the running page; answers whether that was possible.

    Only subtrees that differ are exchanged, so that what was typed, ticked, revealed and scrolled stays. A page whose
    scripts or data differ has to be loaded anew.
    """
    return _script(f"""
    const parsed = (text) => call(DOMParser.prototype.parseFromString, new DOMParser(), text, "text/html");
    const [old, fresh] = [parsed({json.dumps(old)}), parsed({json.dumps(new)})];
    const scripts = (page) => [...page.querySelectorAll("script")].map((s) => s.outerHTML).join();
    const metas = (page) => [...page.querySelectorAll("meta")].map((s) => s.outerHTML).join();
    if (!old.getElementById("page-data") && old.scripts.length) return false;  // only the kit listens to the document
    if (scripts(old) !== scripts(fresh) || metas(old) !== metas(fresh)) return false;
    const own = (node) => node.nodeType === 1 && [".reveal", ".added", ".problem"].some((name) => node.matches(name));
    const whole = (node) => [...node.childNodes].filter((one) => !own(one));
    const like = (one, other) => one && other && one.nodeName === other.nodeName
      && (one.nodeType !== 1 || attribute(one, "id") === attribute(other, "id"));
    const dress = (live, before, after) => {{
      for (const {{ name }} of [...before.attributes]) if (!after.hasAttribute(name)) live.removeAttribute(name);
      for (const {{ name, value }} of [...after.attributes])
        if (before.getAttribute(name) !== value) live.setAttribute(name, value);
    }};
    const carry = (live, before, after) => {{
      if (before.isEqualNode(after)) return;
      const [now, was, will] = [whole(live), whole(before), whole(after)];
      const alike = was.length === will.length && now.length === was.length
        && was.every((one, index) => like(one, will[index]) && like(one, now[index]));
      if (live.nodeType !== 1) {{ live.nodeValue = after.nodeValue; return; }}
      dress(live, before, after);
      if (alike) was.forEach((one, index) => carry(now[index], one, will[index]));
      else exchange(live, now, will);
    }};
    const exchange = (live, now, will) => {{
      const bearers = now.filter((node) => node.nodeType === 1 && attribute(node, "id"));
      const keep = new Map(bearers.map((node) => [attribute(node, "id"), node]));
      const made = will.map((node) => {{
        const kept = node.nodeType === 1 ? keep.get(attribute(node, "id")) : null;
        const was = kept && attribute(kept, "id") ? old.getElementById(attribute(kept, "id")) : null;
        if (!kept || !was || !like(kept, node)) return document.importNode(node, true);
        carry(kept, was, node);
        return kept;
      }});
      made.filter((node) => node.nodeType === 1).forEach((node) => remember(node, live));
      live.replaceChildren(...made);
    }};
    const remember = (made, live) => {{  // what was typed and chosen in fields that move to another place
      for (const field of [made, ...made.querySelectorAll("input, textarea, select")]) {{
        const before = attribute(field, "id") && live.querySelector("#" + CSS.escape(attribute(field, "id")));
        if (!before || before === field || before.localName !== field.localName || !("value" in field)) continue;
        if (field.localName === "select") field.selectedIndex = before.selectedIndex;
        else if (field.type === "checkbox" || field.type === "radio") field.checked = before.checked;
        else if (before.value) field.value = before.value;
      }}
    }};
    const sheet = (page) => [...page.head.querySelectorAll("style")];
    const [shown, wanted] = [sheet(document), sheet(fresh)];
    wanted.forEach((style, index) => {{
      if (!shown[index]) document.head.append(document.importNode(style, true));
      else if (shown[index].textContent !== style.textContent) shown[index].textContent = style.textContent;
    }});
    shown.slice(wanted.length).forEach((style) => style.remove());
    document.title = fresh.title;
    dress(document.documentElement, old.documentElement, fresh.documentElement);
    carry(document.body, old.body, fresh.body);
    return true;""")
