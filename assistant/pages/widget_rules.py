"""English requests for behaviour, one rule each, as edit_rules has them for looks and content. Pure."""

from __future__ import annotations

from assistant.pages import widget_acts as act
from assistant.pages.edit_rules import Rule, T, rule

MAKE = r"(?:make|turn|change|convert|transform|put|arrange|show|display|use|have|i want|i'd like)"
INTO = r"(?: (?:in)?to| as| in| be| like)?"
LET = r"(?:(?:let (?:me|us|people|users|visitors)|i want to|make it possible to|allow (?:me|people|users) to|i can) )?"
DIALOG = r"(?:dialog(?:ue)?|modal|pop[- ]?up|overlay)(?: box| window| dialog(?:ue)?)?"
PRESS = r"(?:click|press|tap|push)"
OPENED = (
    rf"(?:when|if|once|as soon as|after) (?:(?:i|you|someone|somebody|the user|we|they) {PRESS}(?:s|es)?(?: on)? "
    rf"(?P<pressed>.+)|(?P<opener>.+?) (?:is|gets|was) {PRESS}ed(?: on)?)"
)
PANEL = (
    r"(?:in|on|into|onto|to|under) the (?P<which>first|second|third|fourth|fifth|sixth|last|next|other) "
    r"(?P<place>tab|slide|panel)"
)
FILL = r"(?:write|put|add|say|show|insert|place|type)(?: the (?:words?|text))?"
RULES: tuple[Rule, ...] = (
    rule(rf"{PANEL},? (?:please )?{FILL} (?P<what>.+)", act.fill),
    rule(rf"{FILL} (?P<what>.+?) {PANEL}", act.fill),
    rule(rf"{MAKE} {T}{INTO}(?: an?| some| the)?(?: (?:set|row|group) of)? tabs?(?: panels?)?", act.tabs),
    rule(rf"(?:make|use|create|build|add|i want) tabs (?:out of|from|for|of|with) {T}", act.tabs),
    rule(
        rf"{MAKE} {T}{INTO}(?: an?| the)?(?: (?:picture|image|photo))? "
        r"(?:carousel|carrousel|slider|slide ?show|gallery with arrows)",
        act.carousel,
    ),
    rule(
        r"(?:make|use|create|build|add|i want) an? (?:carousel|carrousel|slider|slide ?show) "
        rf"(?:out of|from|for|of|with) {T}",
        act.carousel,
    ),
    rule(
        rf"(?:open|show|display|put|bring up|make|move|turn) {T}(?: (?:in|as|into|to))?(?: an?| the)?"
        rf"(?: modal)? {DIALOG}(?:,? {OPENED})?",
        act.dialog,
    ),
    rule(
        rf"{OPENED},? (?:then )?(?:open|show|display|bring up) {T} (?:in|as)(?: an?)?(?: modal)? {DIALOG}", act.dialog
    ),
    rule(rf"{LET}(?:sort|order) {T}(?: by .+)?", act.sort),
    rule(rf"(?:make|let|have) {T} (?:be )?(?:sortable|sorted|sort)", act.sort),
    rule(rf"add sorting to {T}", act.sort),
    rule(rf"{LET}(?:search|filter)(?: in| through)? {T}", act.search),
    rule(
        r"(?:make (?:it|the page|the app) |let (?:it|the page|the app) |the page should )?"
        r"(?:do not |don't |stop |never )?(?:remember|keep|save|store|forget)(?:ing)? "
        r"(?:(?:the|my|all|these|those) )?(?:list|lists|items|entries|ticks|choices|tasks|to-?dos|"
        r"what i (?:enter|type|tick|add))(?: (?:when|after|between|for|in|until|even) .+)?",
        act.keep,
    ),
    rule(rf"make {T} (?:searchable|filterable)", act.search),
    rule(rf"add (?:a )?(?:search|filter)(?: field| box| bar)? (?:to|for) {T}", act.search),
)
