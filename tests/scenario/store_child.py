"""Run by test_crash.py as a process of its own: talks to the real store and says on a pipe what was acknowledged."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from collections.abc import Awaitable
from pathlib import Path

from assistant.core.errors import NotSavedYet, StorageError
from assistant.core.history import Turn
from assistant.core.settings import Settings, VoiceSettings
from assistant.core.sketch import Page
from assistant.core.types import Origin, Picture
from assistant.storage.conversations import Conversations, open_conversations
from assistant.storage.paths import find_folders
from assistant.storage.settings_file import load_settings, save_settings

CLAUSES = ("Once upon a time,", " there was a king,", " who had", " three daughters.", " The end.")
PICTURE = Picture(b"\x89PNG" + bytes(range(256)) * 40, 30, 20, "a king")


def say(**facts: object) -> None:
    os.write(1, json.dumps(facts).encode() + b"\n")


async def talk(data: str) -> None:
    """Converse until killed. Each line on the pipe is a promise."""
    store, notices = await open_conversations(find_folders({"VESPER_DATA_DIR": data}))
    say(notices=[notice.what for notice in notices])
    while True:
        conversation = await store.open_conversation()
        for number in range(6):
            question = f"question {number}"
            turn = await store.add_turn(conversation, Turn("user", question, (PICTURE,) * (number % 3 == 0)))
            say(turn=turn, text=question, done=True)
            turn = await store.add_turn(conversation, Turn("assistant", "", (), Origin.MODEL, True))
            said = ""
            for clause in CLAUSES:
                said += clause
                await store.checkpoint_turn(turn, said)
                say(turn=turn, text=said, done=False)
            await store.finish_turn(turn, said, interrupted=False)
            say(turn=turn, text=said, done=True)
            page = await store.save_page(conversation, Page("a page", f"<p>{said}" * 200), None)
            say(page=page)


async def turn_by_turn(store: Conversations, conversation: int, count: int) -> dict[str, list[int]]:
    """Questions and replies on a disk that may refuse any of them. Ids by what became of them."""
    ids: dict[str, list[int]] = {"saved": [], "waiting": []}

    async def note(write: Awaitable[int | None]) -> int:
        try:
            turn = await write or 0
        except NotSavedYet as error:
            ids["waiting"].append(error.turn_id)
            return error.turn_id
        ids["saved"].append(turn)
        return turn

    for number in range(count):
        await note(store.add_turn(conversation, Turn("user", f"question {number}", (PICTURE,) * (number % 2))))
        reply = await note(store.add_turn(conversation, Turn("assistant", "", (), Origin.MODEL, True)))
        await note(store.finish_turn(reply, f"reply {number}", interrupted=False))
    return ids


async def limited(data: str, limits: list[int]) -> None:
    """For each limit on a file's length: fill the store up to it, lift the limit, save what waited, and compare."""
    for limit in limits:
        store, _ = await open_conversations(find_folders({"VESPER_DATA_DIR": f"{data}/{limit}"}))
        conversation = await store.open_conversation()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        ids = await turn_by_turn(store, conversation, 12)
        seen_while_full = [turn.text for turn in await store.turns(conversation)]
        waiting = store.pending
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        left = await store.save_pending()
        await store.close()
        store, notices = await open_conversations(find_folders({"VESPER_DATA_DIR": f"{data}/{limit}"}))
        latest = await store.latest_conversation() or 0
        texts = [turn.text for turn in await store.turns(latest)]
        say(
            limit=limit,
            refused=len(ids["waiting"]),
            waiting=waiting,
            left=left,
            seen_while_full=seen_while_full,
            texts=texts,
            notices=len(notices),
        )
        await store.close()


async def filled(data: str) -> None:
    """A disk of its own that something else fills, and frees again."""
    store, _ = await open_conversations(find_folders({"VESPER_DATA_DIR": data}))
    conversation = await store.open_conversation()
    filler = Path(data) / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    what = ""
    try:
        while not what:
            await store.add_turn(conversation, Turn("user", "x" * 3000))
    except NotSavedYet as error:
        what = str(error)
    filler.unlink()
    last = await store.add_turn(conversation, Turn("user", "the last"))
    turns = await store.turns(conversation)
    say(what=what, last=last, pending=store.pending, texts=[turn.text[:8] for turn in turns][-2:])
    await store.close()


async def read_only(data: str) -> None:
    """A data folder that can be read but not written."""
    folders = find_folders({"VESPER_DATA_DIR": data})
    store, notices = await open_conversations(folders)
    latest = await store.latest_conversation() or 0
    old = [turn.text for turn in await store.turns(latest)]
    await store.add_turn(latest, Turn("user", "not saved"))
    try:
        save_settings(folders.settings_file, Settings(voice=VoiceSettings(rate=1.5)))
        refusal = ""
    except StorageError as error:
        refusal = str(error)
    say(
        notices=[notice.what for notice in notices],
        temporary=folders.is_temporary,
        old=old,
        now=len(await store.turns(latest)),
        settings=refusal,
        rate=load_settings(folders.settings_file)[0].voice.rate,
    )
    await store.close()


async def few(data: str) -> None:
    """A few turns, for runs in which some system call fails."""
    store, notices = await open_conversations(find_folders({"VESPER_DATA_DIR": data}))
    conversation = await store.open_conversation()
    ids = await turn_by_turn(store, conversation, 4)
    say(saved=[turn for turn in ids["saved"] if turn], refused=len(ids["waiting"]), notices=len(notices))
    await store.close()


if __name__ == "__main__":
    command, folder, *numbers = sys.argv[1:]
    if command == "talk":
        asyncio.run(talk(folder))
    elif command == "limited":
        asyncio.run(limited(folder, [int(number) for number in numbers]))
    elif command == "filled":
        asyncio.run(filled(folder))
    elif command == "read-only":
        asyncio.run(read_only(folder))
    else:
        asyncio.run(few(folder))
