"""What of a reply is said: markdown comes in, plain text for the voice comes out; the rest stays on the screen.

Code, tables, formulas, pictures, HTML and addresses are never read aloud. Pure, and independent of how the text
arrives: a mark is decided on only once what it needs has arrived. A line feed in the output is a pause.
"""

from __future__ import annotations

import html
import re

from assistant.session.sentences import ClauseSplitter
from assistant.session.spoken_form import spoken_form

CODE_REMARK = "The code is on the screen."
TABLE_REMARK = "The table is on the screen."
FORMULA = "the formula on the screen"
INLINE_CODE = "the code on the screen"  # in place of a snippet that is more than a name

_QUOTE_MARKS = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*")
_UNDECIDED_LINE = re.compile(r"[-*_=+•|:#\s]*|\d{1,3}(?:[.)]\s*)?|`{1,2}|~{1,2}|\[[^\]\n]*\]?|[-*+•]\s+\[.?\]?\s*")
_RULE = re.compile(r"[-*_=|:\s]*(?:-{3,}|={3,}|\*{3,}|_{3,})[-*_=|:\s]*|(?:[-*_]\s+){2,}[-*_]\s*|\|[-|:\s]+")
_FENCE = re.compile(r"`{3,}|~{3,}")
_HEADING = re.compile(r"#{1,6}[ \t]+")
_BULLET = re.compile(r"[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?")
_NUMBERED = re.compile(r"(\d{1,3})[.)][ \t]+")
_DEFINITION = re.compile(r"\[[^\]\n]+\]:")
_INDENTED = re.compile(r" {4}|\t")
_PLAIN = re.compile(r"[^\\`*_~\[!<&$|\n]+")
_NAME = re.compile(r"[A-Za-z][\w.\-]{0,29}(?:\(\))?")
_HIDDEN_TAG = re.compile(r"<(script|style|html|head|svg|table|pre|code|math)\b", re.IGNORECASE)
_BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|br|hr|section|tr)\b", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>\n]*)?/?>|<![A-Za-z][^<>\n]*>")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+|[^<>\s@]+@[^<>\s]+)>")
_ENTITY = re.compile(r"&#?\w{1,31};")
_LONGEST_MARK = 1_000  # an opening mark that nothing closes by then is an ordinary character

Piece = tuple[str, int]
"""What is said, and how many characters of the text that stands for."""


class SpeakableText:
    """Feed it the screen text; it gives back the text to say. One per reply: each remark is made once."""

    def __init__(self) -> None:
        self._text = ""
        self._spoken: list[str] = []
        self._remarks: set[str] = set()
        self._fence = ""
        self._hidden_end = ""
        self._is_line_start = True
        self._ends_in_pause = False
        self._is_in_table = False
        self._may_be_indented_code = True
        self._before = "\n"  # the character before the text: marks depend on their neighbours

    def feed(self, delta: str) -> str:
        self._text += delta.replace("\r", "")
        return self._take(final=False)

    def finish(self) -> str:
        self._text += "\n"  # the end of the text ends its last line, which decides all marks but those across lines
        spoken = self._take(final=True)
        self._text = ""
        return spoken

    def _take(self, final: bool) -> str:
        while self._text and self._step(final):
            pass
        spoken = "".join(self._spoken)
        self._spoken.clear()
        return spoken

    def _step(self, final: bool) -> bool:
        """Consume one piece at the front of the text; False when more must arrive first."""
        if self._hidden_end:
            return self._skip_hidden()
        if self._is_line_start:
            return self._start_line(final)
        piece = self._inline()
        if piece is None:
            if not final:
                return False
            piece = (self._text[0], 1)
        self._say(*piece)
        return True

    def _say(self, spoken: str, length: int) -> None:
        self._before = self._text[length - 1] if length else self._before
        self._text = self._text[length:]
        if spoken:
            self._spoken.append(spoken)

    def _remark(self, remark: str) -> None:
        if remark not in self._remarks:
            self._remarks.add(remark)
            self._spoken.append(f"\n{remark}\n")

    def _skip_hidden(self) -> bool:
        found = re.search(re.escape(self._hidden_end), self._text, re.IGNORECASE)
        if found is None:
            return False
        self._say("\n", found.end())
        self._hidden_end = ""
        return True

    # Lines --------------------------------------------------------------------------------------------------------

    def _start_line(self, final: bool) -> bool:
        line, newline, _ = self._text.partition("\n")
        is_complete = bool(newline) or final
        start = _QUOTE_MARKS.match(line)
        rest = line[start.end() :] if start and not self._fence else line
        if not is_complete and self._may_be_hidden(line, rest):
            return False
        if self._is_hidden_line(line, rest):
            self._say("\n", len(line) + len(newline))
        else:
            self._start_text(rest, len(line) - len(rest))
        return True

    def _may_be_hidden(self, line: str, rest: str) -> bool:
        """Can more of the line still put it among those of `_is_hidden_line`?"""
        if self._fence or self._is_in_table or rest.startswith("|") or _UNDECIDED_LINE.fullmatch(rest):
            return True
        is_code = self._may_be_indented_code and _INDENTED.match(line) and not _is_item(rest)
        return bool(is_code or _FENCE.match(rest) or _DEFINITION.match(rest))

    def _is_hidden_line(self, line: str, rest: str) -> bool:
        """Does the whole line stay on the screen? Notes what it opens or closes."""
        mark = _FENCE.match(rest.lstrip())
        if self._fence:
            if mark and mark[0].startswith(self._fence) and not rest.strip().strip(self._fence[0]):
                self._fence = ""
            return True
        if mark:
            self._fence = mark[0]
            self._remark(CODE_REMARK)
            return True
        if not rest.strip():
            self._is_in_table, self._may_be_indented_code = False, self._may_be_indented_code or not self._ends_in_pause
            return True
        if rest.startswith("|") or (self._is_in_table and "|" in rest):
            self._is_in_table = True
            self._remark(TABLE_REMARK)
            return True
        if _RULE.fullmatch(rest):
            self._is_in_table = "|" in rest
            return True
        self._is_in_table = False
        if _INDENTED.match(line) and self._may_be_indented_code and not _is_item(rest):
            self._remark(CODE_REMARK)
            return True
        return bool(_DEFINITION.match(rest))

    def _start_text(self, rest: str, indent: int) -> None:
        heading, item, numbered = _HEADING.match(rest), _BULLET.match(rest), _NUMBERED.match(rest)
        mark = heading or item or numbered
        self._ends_in_pause = mark is not None
        self._is_line_start = self._may_be_indented_code = False
        said = "\n" if mark else ""
        if numbered:
            said += f"{numbered[1]}: "
        self._say(said, indent + (mark.end() if mark else 0))
        self._before = "\n"

    # Inside a line ------------------------------------------------------------------------------------------------

    def _inline(self) -> Piece | None:
        text = self._text
        if plain := _PLAIN.match(text):
            return plain[0], plain.end()
        match text[0]:
            case "\n":
                self._is_line_start = True
                return ("\n" if self._ends_in_pause else " "), 1
            case "`":
                return self._code()
            case "*" | "_" | "~":
                return self._emphasis()
            case "[":
                return self._link()
            case "<":
                return self._tag()
            case "&":
                return self._entity()
        if len(text) < 2:
            return None
        return self._pair(text[:2])

    def _pair(self, pair: str) -> Piece | None:
        """Marks that the next character decides: a backslash, a dollar, an exclamation mark, a bar."""
        if pair in ("$$", "\\[", "\\("):
            closing = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}[pair]
            end = self._text.find(closing, 2, _LONGEST_MARK)
            if end < 0:
                return None if len(self._text) < _LONGEST_MARK else ("", 2)
            return FORMULA, end + 2
        if pair[0] == "\\":
            return ("" if pair[1] == "\n" else pair[1]), (1 if pair[1] == "\n" else 2)
        if pair == "![":
            return self._picture()
        if pair[0] == "|" and self._before.isspace() and pair[1].isspace():
            return ",", 1
        return pair[0], 1

    def _code(self) -> Piece | None:
        run = len(self._text) - len(self._text.lstrip("`"))
        closing = re.compile(rf"(?<!`)`{{{run}}}(?=[^`])").search(self._text_of_line() + "\n", run)
        if closing is None or (not self._has_line_end() and closing.end() >= len(self._text)):
            return ("", run) if self._has_line_end() else None
        content = self._text[run : closing.start()].strip()
        return (content if _NAME.fullmatch(content) else INLINE_CODE), closing.end()

    def _emphasis(self) -> Piece | None:
        mark = self._text[0]
        run = len(self._text) - len(self._text.lstrip(mark))
        if run == len(self._text):
            return None
        before, after = self._before, self._text[run]
        is_loose = run == 1 and before.isspace() and after.isspace()
        is_inside = (before.isalnum() and after.isalnum()) if mark == "_" else (before.isdigit() and after.isdigit())
        if is_loose or is_inside or (mark == "~" and run == 1):
            return mark * run, run
        return "", run

    def _link(self) -> Piece | None:
        end = self._closing(0)
        if end is None:
            return None if not self._has_line_end() else ("[", 1)
        label = self._text[1:end]
        if end + 1 == len(self._text):
            return None
        after = self._text[end + 1]
        if after in "([":
            target_end = self._closing(end + 1)
            if target_end is None and not self._has_line_end():
                return None
            if target_end is not None:
                self._text = label + self._text[target_end + 1 :]  # the label may hold marks of its own
                return "", 0
        if label.startswith("^") or label.isdigit():  # a footnote
            return "", end + 1
        return "[", 1

    def _picture(self) -> Piece | None:
        end = self._closing(1)
        if end is not None and end + 1 < len(self._text):
            target_end = self._closing(end + 1) if self._text[end + 1] in "([" else end
            if target_end is not None:
                return "", target_end + 1
        return ("!", 1) if self._has_line_end() else None

    def _tag(self) -> Piece | None:
        text = self._text
        if text.startswith("<!--"):
            self._hidden_end = "-->"
            return "", 4
        if len(text) < 2 or "<!--".startswith(text):
            return None
        if not (text[1].isalpha() or text[1] in "/!"):
            return "<", 1
        end = text.find(">", 0, _LONGEST_MARK)
        line_end = text.find("\n", 0, _LONGEST_MARK)
        if end < 0 and line_end < 0:
            return None if len(text) < _LONGEST_MARK else ("<", 1)
        if end < 0 or 0 <= line_end < end:
            return "<", 1
        if autolink := _AUTOLINK.match(text):
            return autolink[1].removeprefix("mailto:"), autolink.end()
        if hidden := _HIDDEN_TAG.match(text):
            self._hidden_end = f"</{hidden[1].lower()}>"
            self._remark(TABLE_REMARK if hidden[1].lower() == "table" else CODE_REMARK)
            return "", end + 1
        if tag := _TAG.match(text):
            return ("\n" if _BLOCK_TAG.match(text) else ""), tag.end()
        return "<", 1

    def _entity(self) -> Piece | None:
        if entity := _ENTITY.match(self._text):
            return html.unescape(entity[0]), entity.end()
        return None if re.fullmatch(r"&#?\w{0,31}", self._text) else ("&", 1)

    def _closing(self, start: int) -> int | None:
        """Where the bracket that opens at `start` is closed on this line."""
        opening = self._text[start]
        closing = {"[": "]", "(": ")"}[opening]
        depth = 0
        for at, character in enumerate(self._text_of_line()[start:], start):
            depth += (character == opening) - (character == closing)
            if depth == 0:
                return at
        return None

    def _text_of_line(self) -> str:
        return self._text[:_LONGEST_MARK].partition("\n")[0]

    def _has_line_end(self) -> bool:
        """Will nothing more be added to `_text_of_line`?"""
        return "\n" in self._text or len(self._text) >= _LONGEST_MARK


def _is_item(rest: str) -> bool:
    return bool(_BULLET.match(rest) or _NUMBERED.match(rest))


class SpokenClauses:
    """From screen text to clauses ready for a voice: filter, cut, then write out as a person would say it."""

    def __init__(self) -> None:
        self._speakable = SpeakableText()
        self._splitter = ClauseSplitter()

    def feed(self, delta: str) -> list[str]:
        return _said(self._splitter.feed(self._speakable.feed(delta)))

    def finish(self) -> list[str]:
        return _said([*self._splitter.feed(self._speakable.finish()), *self._splitter.finish()])


def _said(clauses: list[str]) -> list[str]:
    return [said for clause in clauses if (said := spoken_form(clause))]
