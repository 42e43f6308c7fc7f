"""Server-sent events: the lines in which both kinds of model server stream their answers. Pure."""

from __future__ import annotations

import codecs
import json
from collections.abc import AsyncIterator
from typing import Any

LONGEST_EVENT_CHARACTERS = 1_000_000  # a token is a few; a final report with settings is some thousands


class MalformedStream(Exception):
    """What arrives is not a stream of JSON objects."""


async def payloads(chunks: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The JSON objects of a stream, however it is cut into chunks. Ends at "[DONE]" or with the stream."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    async for chunk in chunks:
        *lines, rest = (rest + decoder.decode(chunk)).split("\n")
        if len(rest) > LONGEST_EVENT_CHARACTERS:
            raise MalformedStream("an event without an end")
        for line in lines:
            text = data_of(line)
            if text == "[DONE]":
                return
            if text:
                yield parse(text)
    if (text := data_of(rest)) and text != "[DONE]":
        yield parse(text)


def data_of(line: str) -> str:
    """The payload of a line; empty for comments (heartbeats), names and blank lines."""
    name, colon, value = line.rstrip("\r").partition(":")
    return value.strip() if colon and name in ("data", "error") else ""


def parse(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedStream("not JSON") from error
    if not isinstance(value, dict):
        raise MalformedStream("not an object")
    return value
