"""What is done in the background while nobody waits for it: saving, backing up, and making room for other programs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from assistant.app import Engines
from assistant.core.errors import AssistantError
from assistant.core.events import EngineStateChanged
from assistant.core.ports import Emit
from assistant.llm.machine import free_memory_bytes
from assistant.storage.conversations import Conversations

log = logging.getLogger(__name__)

STORE_SECONDS = 30.0  # between two looks at what could not be saved
MEMORY_SECONDS = 20.0  # between two looks at the machine's memory
WANTED_BYTES = 1024**3  # with less than this left, systems begin to swap, and everything stands still


async def keep_store(store: Conversations) -> None:
    """Save what a full disk refused, and back up once a day, after the start has calmed down."""
    while True:
        await asyncio.sleep(STORE_SECONDS)
        try:
            if store.pending:
                await store.save_pending()
            await store.back_up()
        except AssistantError as error:
            log.warning("store upkeep failed: %s", error.what)


async def make_room(
    engines: Engines, is_quiet: Callable[[], bool], tell: Emit, free_bytes: Callable[[], int] = free_memory_bytes
) -> None:
    """Let an idle language model go where memory runs short. The next word or key loads it again."""
    while True:
        await asyncio.sleep(MEMORY_SECONDS)
        idle = engines.settings.mind.idle_minutes * 60
        slot = engines.mind
        if not idle or slot.engine is None or slot.idle_seconds < idle or not is_quiet():
            continue
        if free_bytes() < WANTED_BYTES:
            await slot.renew()
            tell(EngineStateChanged("mind", "resting"))
