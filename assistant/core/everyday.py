"""What a language model cannot know or do, told with the question: what the clock says, and that it sets no timers.

Measured on the embedded models: asked for the day they invent one or say "[current date]", and asked for a timer they
promise it, whatever the system prompt says; a note behind the user's words is heeded. Pure.
"""

from __future__ import annotations

import re
from datetime import datetime

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
LONGEST_TEXT = 300  # characters: a pasted page asks for no timer

_CLOCK = re.compile(
    r"\b(what|which|tell me|do you know|how (long|many days)|is it)\b.*"
    r"\b(day|date|time is it|the time|year|month|weekday|o'?clock|today|tomorrow|yesterday|weekend|week)\b"
    r"|\b(wie spät|wieviel uhr|wie viel uhr|welcher tag|welches datum|quelle heure|quel jour|qué hora|qué día)\b",
    re.IGNORECASE,
)
_POLITE = r"(?:(?:please|hey|ok(?:ay)?|vesper|now|can you|could you|would you|will you|i want you to)[\s,]+)*"
_WISHES = (
    (r"(?:set|start|stop|cancel|make|create)\b.{0,30}\b(?:timer|alarm|reminder|countdown)\b|wake me\b|remind me\b",
     "set timers, alarms or reminders"),
    (r"(?:(?:turn|switch)\b.{0,30}\b(?:on|off)\b|dim\b|(?:open|close|lock|unlock)\b.{0,20}\b(?:doors?|windows?|garage)\b)"
     r"(?!.*\b(?:page|button|section|picture|header|menu)\b)", "control lights, doors or other devices"),
    (r"(?:send|write and send)\b.{0,40}\b(?:e-?mail|message|text|sms)\b|(?:call|phone|ring)\s+(?:my|mom|mum|dad|the)\b",
     "send messages or make calls"),
    (r"play\b.{0,40}\b(?:music|song|songs|radio|video|playlist|podcast)\b", "play music or videos"),
    (r"(?:book|order|buy)\s+(?:me\s+)?(?:an?|the|some|two)\b", "book or buy anything"),
    (r"(?:search|google|look up)\b.{0,40}\b(?:web|internet|online|google)\b|google\b",
     "look anything up on the internet"),
)  # fmt: skip
_CANNOT = [(re.compile(rf"\s*{_POLITE}(?:{wish})", re.IGNORECASE), ability) for wish, ability in _WISHES]


def note_for(text: str, now: datetime) -> str:
    """What is put behind the user's words, or nothing."""
    if len(text) > LONGEST_TEXT:
        return ""
    for wish, ability in _CANNOT:
        if wish.match(text):
            return f"You cannot {ability}: say that you can't."
    if _CLOCK.search(text):
        return f"The clock says: {DAYS[now.weekday()]}, {now.day} {MONTHS[now.month - 1]} {now.year}, {now:%H:%M}."
    return ""
