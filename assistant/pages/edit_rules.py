"""English requests, one rule each: a pattern, and what it comes to. Pure.

The patterns see the words as a speech recogniser writes them: any case, no quotes, politeness already taken off. The
first rule whose pattern fits and whose parts are on the page decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.pages import edit_acts as act
from assistant.pages import edit_phrases as phrase
from assistant.pages.adjectives import COLOUR
from assistant.pages.edit_acts import COUNT, WHERE, Match
from assistant.pages.edit_plan import Plan, Scope

Rule = tuple[re.Pattern[str], Callable[[Match, Scope], "Plan | None"]]


def rule(pattern: str, then: Callable[[Match, Scope], Plan | None]) -> Rule:
    return re.compile(pattern, re.IGNORECASE), then


T = r"(?P<target>.+?)"
PUT = r"(?:move|put|place|bring|drag|shift|set|push)"
RULES: tuple[Rule, ...] = (
    rule(r"(?:go |get |bring (?:it|me) |take (?:it|me) )?back to the (?:very )?(?:first|original|initial)"
         r"(?: (?:version|one|page|design|state))?", phrase.first_version),
    rule(r"(?P<verb>undo|un do|undue|on do|go back|take (?:that|it) back|revert|redo|re-do|do it again|put it back)(?: "
         rf"(?:that|it|this|the)?(?: ?last)?(?: ?(?:changes?|edits?|steps?))?)??(?: ?{COUNT})?(?: "
         r"(?:times?|steps?|changes?|edits?))?", act.steps),
    rule(r"(?:(?:that's|that is|that was|it's) (?:wrong|not (?:right|it|what i (?:meant|wanted)))[,.]? )"
         r"(?:go back|undo(?: it| that)?|take (?:it|that) back)|not like (?:that|this)|"
         r"(?:i liked (?:it|that) (?:better|more)|(?:it|that) (?:was|looked) (?:better|nicer)) before", phrase.back),
    rule(r"(?:show|give|try|make|offer|suggest)(?: me| us| it)? (?:an?other|an? (?:different|new|other)) "
         r"(?:look|design|style|version|variant|layout)", act.offer),
    rule(r"(?:show|let)(?: me| us)? (?:see )?(?:how|what) (?:it|this|the page|that) (?:looks|would look|is) "
         r"in (?P<theme>[a-z-]+)(?: mode| theme)?", act.theme),
    rule(r"(?:show|give|make|offer|create|suggest|i want)(?: me)? (?:three|3|some|a few|other|different|more)"
         r"(?: other| different)? (?:variants?|variance|versions?|alternatives?|options|designs?|variations?|looks)"
         r"(?: of (?:it|this|the page))?", act.offer),
    rule(r"(?:(?:i )?(?:take|use|choose|pick|keep|like|want|prefer|go with|select) )?(?:the )?"
         r"(?:number |variant |version )?(?P<which>first|second|third|middle|last|left|right|centre|center|one|two|"
         r"three|[123])(?: (?:one|variant|version|design|option))?", act.take_variant),
    rule(r"(?:none|neither|keep (?:it|the page)(?: as it is)?|keep the old one|none of them|leave it"
         r"(?: as it is)?)", act.keep),
    rule(r"(?:(?:use|switch to|turn on|apply|set|give (?:me|it|the page)|change to|go|make it|activate|try|enable) )?"
         r"(?:to )?(?:an? |the )?(?P<theme>[a-z-]+(?: contrast)?) "
         r"(?:theme|mode|colou?r scheme|design|look)", act.theme),
    rule(r"(?:make|turn|change|set)(?: the)?(?: whole| entire)? (?:page|theme|web ?site|site|mode|it)(?: to| into)? "
         r"(?P<theme>dark|light)", act.theme),
    rule(r"(?:rename|call|name|change|set)(?: the)? "
         r"(?:page|tab|browser|page title|tab title|title of the page|page name|name of the page|page's title)"
         r"(?: title| name)? (?:to |as |into )?(?P<text>.+)", act.rename_page),
    rule(rf"(?:set|change|make|let)(?: the)? {T} (?:placeholder|hint)(?: text)? (?:to|be|say) (?P<text>.+)",
         act.placeholder),
    rule(rf"(?:set|change|make|let)(?: the)? (?:placeholder|hint)(?: text)?(?: of| in| for) {T} (?:to|be|say) "
         r"(?P<text>.+)", act.placeholder),
    rule(rf"(?:set|change|make|let)(?: the)? (?:options|choices|items|entries)(?: (?:of|in|for) {T})? (?:to|be) "
         r"(?P<text>.+)", act.options),
    rule(r"(?:set|change|make|turn|paint|colou?r)(?: the)? "
         rf"(?P<part>background(?: colou?r)?|text colou?r|font colou?r|colou?r)(?: (?:of|in|on|for|behind) {T})? "
         rf"(?:to |into |in )?(?:an? )?{COLOUR}", act.colour_part),
    rule(rf"(?:give|use) {T} (?:an? |the )?{COLOUR} (?P<part>background|text|colou?r|font|letters)", act.colour_part),
    rule(rf"(?:use|give it|add) (?:an? )?{COLOUR} (?P<part>background|text)(?: (?:for|on|in|behind|to) "
         rf"{T})?", act.colour_part),
    rule(rf"(?:paint|colou?r|dye) {T} (?:in )?(?:the colou?r )?{COLOUR}", act.paint),
    rule(rf"(?:set|change|rename|update|edit|replace|make|let|call|have|relabel) {T} (?:so "
         r"(?:that )?it says|to say|say|(?<!that )(?<!which )says|read|to read|called|as saying|with the "
         r"(?:text|words?)) (?P<text>.+)", act.set_text),
    rule(rf"{T} (?:should|shall|must|has to) (?:say|read) (?P<text>.+)", act.set_text),
    rule(r"(?:change|rename|edit|update|set) (?:.+? )??from (?P<target>.+) (?:in)?to (?P<text>.+)", act.set_text),
    rule(rf"instead of {T},? (?:it|this|they|there|the page) (?:should|shall|must) (?:say|read|be) (?P<text>.+)",
         act.set_text),
    rule(r"(?:replace|change|swap|exchange)(?: all)?(?: the)? (?:words?|phrase|name|every|each) (?P<old>.+?) "
         r"(?:with|by|for|to|into) (?:the words? )?(?P<new>.+)", phrase.replace_words),
    rule(rf"(?:i think )?{T} (?:is|are|looks?|seems?) (?:still )?(?:a bit |a little |way |much |far )?too "
         r"(?P<how>big|large|huge|small|tiny|little)"
         r"(?:,? (?:so )?(?:please )?make (?:it|them) (?:bigger|larger|smaller))?",
         phrase.too),
    rule(rf"{T} (?:should|shall|must|has to|have to|needs? to|ought to|can) (?:be|go|come|sit|stand|move|stay)"
         rf"(?: right)? {WHERE} (?P<anchor>.+)", act.move_by),
    rule(rf"{PUT} {T} between (?P<anchor>.+?) and .+", phrase.move_between),
    rule(rf"(?:write|type|print) (?P<text>.+?) {WHERE} (?P<anchor>.+)", phrase.write),
    rule(r"(?:write|type|print) (?P<text>.+?) (?:at|on|to) the (?:very )?(?P<end>top|bottom)(?: of (?:the|this) page)?",
         phrase.write),
    rule(rf"{WHERE} (?P<anchor>.+?),? (?:write|type|print) (?P<text>.+)", phrase.write),
    rule(rf"(?P<verb>double|triple|halve)(?: the)? size of {T}", phrase.by_size),
    rule(rf"(?P<verb>shrink|reduce|scale down) {T} (?:by|to) (?:one )?half", phrase.by_size),
    rule(rf"make(?: the)? corners of {T} (?P<how>round|rounded|rounder|soft|sharp|square)", phrase.corners_of),
    rule(rf"round(?: off)? {T}", phrase.corners_of),
    rule(rf"(?:add|give|put|write) (?:an? )?(?:placeholder|hint)(?: text)? (?:to|in|into|for) {T} "
         r"(?:that says|which says|saying|that reads|with the (?:text|words?)) (?P<text>.+)", act.placeholder),
    rule(rf"(?:stack|put|place|arrange|line up|lay out|show|set) {T} (?P<how>vertically|horizontally|"
         r"(?:below|under|underneath|on top of|next to|beside) (?:each other|one another)|side by side|"
         r"in (?:a|one|a single) (?:row|column|line))", phrase.arrange),
    rule(rf"there(?:'s| is) (?P<how>too much|too little|not enough) (?:space|room|distance|gap) "
         rf"(?:above|before|between|around|over) {T}", phrase.crowded),
    rule(rf"i (?:don't|do not) (?:like|want|need) {T}(?:,? (?:so )?(?:please )?(?:remove|delete|get rid of|drop) "
         r"(?:it|them|that))", act.remove),
    rule(rf"i (?:don't|do not) (?:want|need) {T}(?: here| there| on (?:the|this) page)", act.remove),
    rule(rf"i (?:don't|do not) (?:want|need) (?!(?:it|that|this|them|those|these)\b){T}(?: any ?more)?", act.remove),
    rule(r"(?:add|give|put|draw|i want|make|use|remove)\b.*?\b(?P<what>border|shadow|outline|animation|gradient)s?\b"
         r".*", phrase.no_such_style),
    rule(rf"(?:make|let|have) {T} (?P<how>(?:stay|stick) .+)", act.stay),
    rule(rf"(?:turn|change|convert|transform|make) {T} (?:in)?to (?:an? (?P<kind>[a-z -]+)|(?P<kinds>[a-z -]+s))",
         act.convert),
    rule(r"(?:make|turn|render|change|set|get) (?P<rest>.+)", act.be),
    rule(rf"{T} (?:should|shall|must|has to|needs to|ought to) (?P<how>.+)", act.stay),
    rule(r"i(?:'d| would)? (?:want|like|need|prefer) (?P<rest>.+)", act.be),
    rule(rf"(?P<verb>pin|unpin|stick) {T}(?: (?:to|at) the top.*)?", act.pin),
    rule(rf"(?P<verb>keep) {T} (?:at the top|in view|visible|on screen|sticky)(?: .*)?", act.pin),
    rule(r"(?P<verb>enlarge|increase|grow|magnify|shrink|reduce|decrease|zoom in on|zoom in|zoom out)"
         rf"(?: the size of)? {T}(?: a (?:bit|little))?", act.scale),
    rule(r"(?:make|use|give|add|leave|i want)? ?(?P<how>more|less|increase|decrease|reduce|bigger|smaller|larger|"
         r"widen)(?: the)? (?:space|spacing|gaps?|room|distance|margins?)(?: (?:above|between|before|around|over) "
         rf"{T})?", act.spacing),
    rule(rf"(?:round|square|sharpen)(?: off)?(?: the)? corners(?: (?:of|on) {T})?", act.corners),
    rule(r"(?:use |make )(?:the )?(?:corners )?(?:round(?:ed|er)?|square|sharp)(?: corners)?(?: (?:of|on|for) "
         rf"{T})?", act.corners),
    rule(rf"(?:swap|exchange|switch) {T} (?:and|with|for) (?P<other>.+)", act.swap),
    rule(rf"{PUT} {T} {WHERE} (?P<anchor>.+)", act.move_by),
    rule(rf"{PUT} {T} (?:to |at |in |on )?(?:the )?(?:very )?"
         r"(?P<where>up|down|higher|lower|top|bottom|first|last|end|beginning|start)(?: "
         r"(?:a bit|a little|one|by one))?(?: of (?:the|this) page)?", act.move_along),
    rule(rf"{PUT} {T} (?:to|on|in|at|into) (?:the )?(?P<side>left|right|centre|center|middle)(?: side)?"
         r"(?: of the page)?", act.align),
    rule(rf"(?:align|justify) {T} (?:to |on |in )?(?:the )?(?P<side>left|right|centre|center|middle)", act.align),
    rule(rf"(?P<side>left|right|centre|center)[- ]align {T}", act.align),
    rule(rf"(?:centre|center) {T}", act.align),
    rule(rf"(?P<verb>hide|show|unhide|reveal) {T}(?: again)?", act.hide),
    rule(rf"(?:remove|delete|get rid of|take away|take out|take off|drop|erase|lose|kill|throw (?:out|away)) {T}"
         r"(?: from the (?:page|menu|navigation(?: bar)?|header|footer|form))?", act.remove),
    rule(rf"(?:duplicate|copy|clone|repeat|double) {T}", act.duplicate),
    rule(r"(?:add|insert|put|include|append) (?P<what>.+) (?:to|in|into|on) the (?:navigation|nav|menu)(?: ?bar)?",
         phrase.add_to_bar),
    rule(r"(?:add|insert|create|include|i need|we need|i want|give me)(?: me)?(?: an?| some| two| three| four)? "
         r"(?P<kind>radio buttons?|check ?boxes|options)(?: with| for| called| named|:)? (?P<text>.+)",
         phrase.add_choices),
    rule(r"(?:add|insert|create|include|put in|put|place|draw|i need|we need|i want|give me|there should be|append)"
         r"(?: me)? (?:an? |another |one more |some )(?P<what>.+)", act.add),
    rule(r"(?:add|insert|create|include|append) the (?P<what>.+)", act.add),
    rule(rf"(?:rename|relabel|set|change|update|edit|replace|call|name) {T} (?:to|into|as|with|by) "
         r"(?P<text>.+)", act.set_text),
    rule(r"(?:call|name|label|title) (?P<rest>(?:the|this|that|it|my|our)\b.+)", phrase.call),
)  # fmt: skip
