"""The session behind the window: an asyncio loop in a thread of its own, and the window's commands on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from assistant import app
from assistant.audio.earcons import earcon
from assistant.audio.echo import EchoSafeMicrophone
from assistant.audio.listener import Listener
from assistant.audio.sound_card import SoundCard
from assistant.audio.vad import Silero
from assistant.audio.wake_word import SpottingMicrophone
from assistant.camera_watch import CameraWatch
from assistant.core.aio import cancel_and_wait
from assistant.core.attention import Earcon
from assistant.core.conversation import Phase
from assistant.core.errors import AssistantError
from assistant.core.events import (
    EngineStateChanged,
    Event,
    NoticeShown,
    PictureDropped,
    PicturesDetached,
    StopRequested,
    TextSubmitted,
)
from assistant.core.history import History
from assistant.core.page_events import ElementSelected, ShapedByHand
from assistant.core.ports import Emit
from assistant.core.settings import MindSettings, Settings, TalkSettings
from assistant.core.types import AudioFrame
from assistant.gui.facts import KeyAnswered, MindPlanned, SettingsApplied, TurnsRestored
from assistant.incoming import Incoming
from assistant.learning import learner
from assistant.listings import choices_listed, keep_key, mind_in_words, models_listed
from assistant.llm.machine import on_battery
from assistant.llm.prompts import PromptBuilder
from assistant.model_shelf import ModelShelf
from assistant.pages.page_maker import PageMaker
from assistant.session.doorway import Doorway, Household, Recollection
from assistant.session.jobs import PageJobs, PageParts
from assistant.session.reply_parts import ReplyParts
from assistant.session.session import Session
from assistant.session.tongue import NAMES
from assistant.session.voice import Voice
from assistant.sound_check import SoundCheck
from assistant.storage.conversations import Conversations, open_conversations
from assistant.storage.instance_lock import InstanceLock
from assistant.storage.settings_file import save_settings
from assistant.suspend_watch import watch_suspends
from assistant.upkeep import keep_store, make_room
from assistant.vision.camera import Camera

log = logging.getLogger(__name__)

CLOSE_SECONDS = 3.0  # an engine may be in the middle of a call; after this the process leaves anyway


class SessionThread:
    """Implements `gui.bridge.Commands`. Every method may be called from the GUI thread and returns at once."""

    def __init__(self, engines: app.Engines, publish: Emit, lock: InstanceLock, on_show: Callable[[], None]) -> None:
        self._engines = engines
        self._publish = publish
        self._lock = lock
        self._on_show = on_show
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="session", daemon=True)
        self._closing = asyncio.Event()
        self._fetching: asyncio.Task[None] | None = None
        self._shelf = ModelShelf(engines, publish, self._list_choices, self._load)
        self._camera = CameraWatch(Camera(), publish)
        self._incoming = Incoming(engines, publish, self._post)
        self._is_stuck = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._early: list[Callable[[], object]] | None = []
        self._session: Session
        self._store: Conversations
        self._card: SoundCard
        self._microphone: EchoSafeMicrophone
        self._listener: Listener
        self._doorway: Doorway
        self._check: SoundCheck

    # The thread -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def close(self) -> bool:
        """Stop everything and wait until it is gone. False if something still runs after CLOSE_SECONDS."""
        with contextlib.suppress(RuntimeError):  # it ended by itself
            self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(CLOSE_SECONDS)
        return not self._thread.is_alive() and not self._is_stuck

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._main())
        except AssistantError as error:
            self._publish(NoticeShown("error", error.what, error.advice))
        finally:
            self._loop.close()

    async def _main(self) -> None:
        await self._assemble()
        self._keep(self._session.run())
        self._keep(self._card.run())
        self._keep(self._listener.run(self._spotting()))
        self._keep(self._lock.serve(self._on_show))
        self._keep(self._load())
        self._keep(keep_store(self._store))
        self._keep(make_room(self._engines, lambda: self._session.phase is Phase.LISTENING, self._publish))
        self._keep(self._check.follow(self._list_choices))
        self._keep(watch_suspends(self._session, self._doorway, self._card, self._engines).run())
        early, self._early = self._early or [], None
        for action in early:
            action()
        await self._closing.wait()
        for task in tuple(self._tasks):
            await cancel_and_wait(task)
        await self._doorway.close()
        await self._camera.end()
        await self._store.close()
        await self._engines.close()
        self._is_stuck = self._card.is_stuck

    async def _assemble(self) -> None:
        engines, settings = self._engines, self._engines.settings
        self._store, notices = await open_conversations(engines.folders)
        latest = await self._store.latest_conversation()
        history = History(await self._store.turns(latest) if latest is not None else ())
        conversation_id = latest if latest is not None else await self._store.open_conversation()
        self._card = SoundCard(settings.audio, self._publish)
        self._microphone = EchoSafeMicrophone(self._card, settings.audio, self._publish)
        reader, model = app.SlotReader(engines.eyes), engines.model()
        recollection = Recollection(app.SlotTranscriber(engines.hearing), settings.talk, engines.doorkeeper)
        parts = ReplyParts(
            recollection,
            model,
            PromptBuilder(),
            self._store,
            reader,
            self._voice(settings),
            settings,
            history,
            conversation_id,
            saves_power=on_battery,
            toolbox=app.toolbox(settings.mind),
        )
        self._check = SoundCheck(self._card, self._microphone, engines, self._publish)
        jobs = PageJobs(
            PageParts(
                reader,
                PageMaker(written=settings.pages.written),
                model,
                self._store,
                conversation_id,
                learn=learner(engines, self._publish),
            ),
            self._post,
        )
        jobs.think_for(settings.pages.think_seconds)
        self._session = Session(parts, jobs, self._publish_of_session, lambda: self._listener)
        house = Household(self._post, self._publish, self._chime, self._session.sounding)
        self._doorway = Doorway(lambda: self._listener, house, recollection)
        self._doorway.apply(settings.talk, settings.hearing.language)
        detector, turns = Silero(app.vad_path(engines.catalog)), app.turn_detector(engines.catalog)
        speaker = self._card.speaker
        self._listener = Listener(
            settings.endpoint, detector, self._doorway.hear, lambda: speaker.queued_seconds > 0, turns
        )
        for event in (
            SettingsApplied(settings),
            choices_listed(engines.catalog),
            models_listed(engines.catalog),
            TurnsRestored(history.turns),
            *notices,
        ):
            self._publish(event)
        await jobs.restore()
        if settings.talk.way == "text" or (settings.window.open_microphone and settings.talk.way != "key"):
            self._doorway.choose(settings.talk.way)

    def _spotting(self) -> SpottingMicrophone:
        """The microphone, with an ear for the wake phrase while one is awaited."""

        def failed(error: AssistantError) -> None:
            self._publish(NoticeShown("warning", error.what, error.advice))
            settings = self._engines.settings
            self._keep(self._change(replace(settings, talk=replace(settings.talk, wake=""))))

        door = self._doorway
        return SpottingMicrophone(self._microphone, lambda: door.phrase_awaited, door.phrase_heard, failed)

    async def _load(self) -> None:
        """Engines in the background; then the prompt's beginning, so that the first answer does not wait for it."""

        def tell(event: EngineStateChanged) -> None:
            self._publish(event)
            if event.engine == "mind" and event.state == "ready":
                self._session.warm()

        await app.load(self._engines, tell)

    def _voice(self, settings: Settings) -> Voice | None:
        if not settings.voice.spoken_replies:
            return None
        # Which languages its voices speak, a server does not say.
        languages = frozenset(NAMES) if settings.voice.is_elsewhere else frozenset({"en"})
        return Voice(app.SlotVoice(self._engines.voice), self._card.speaker, languages)

    def _post(self, event: Event) -> None:
        self._session.post(event)

    def _publish_of_session(self, event: Event) -> None:
        self._publish(event)
        self._doorway.see(event)

    def _chime(self, kind: Earcon) -> None:
        """A short sound, where the user wants them and nothing else is being played."""
        speaker = self._card.speaker
        if self._engines.settings.audio.earcons and speaker.is_open and not speaker.queued_seconds:
            frame = earcon(kind)
            self._microphone.cover(frame.seconds)
            self._keep(self._play(frame))

    async def _play(self, frame: AudioFrame) -> None:
        await self._card.speaker.play(frame)
        await self._card.speaker.drain()

    # Commands -------------------------------------------------------------------------------------------------------

    def submit_text(self, text: str, ticket: int) -> None:
        self._call(lambda: self._post(TextSubmitted(text, ticket=ticket)))

    def attach_picture(self, data: bytes, name: str) -> None:
        self._spawn(self._incoming.attach(data, name))

    def detach_pictures(self) -> None:
        self._call(lambda: self._post(PicturesDetached()))

    def open_on_sheet(self, data: bytes, name: str) -> None:
        self._spawn(self._incoming.open_on_sheet(data, name))

    def begin_camera(self) -> None:
        self._spawn(self._camera.begin())

    def end_camera(self, takes_photo: bool) -> None:
        self._spawn(self._camera.end(takes_photo))

    def build_page(self, data: bytes, name: str) -> None:
        self._call(lambda: self._post(PictureDropped(name, data)))

    def act_on_page(self, act: ElementSelected | ShapedByHand) -> None:
        self._call(lambda: self._post(act))

    def stop(self) -> None:
        self._call(lambda: self._post(StopRequested()))

    def open_microphone(self) -> None:
        self._call(self._unmute)

    def close_microphone(self) -> None:
        self._call(lambda: self._doorway.mute())

    def begin_push(self) -> None:
        self._call(lambda: self._doorway.press())

    def end_push(self) -> None:
        self._call(lambda: self._doorway.release())

    def change_settings(self, settings: Settings) -> None:
        self._spawn(self._change(settings))

    def plan_mind(self, settings: MindSettings) -> None:
        self._spawn(self._plan(settings))

    def store_key(self, server_url: str, key: str) -> None:
        self._spawn(self._store_key(server_url, key))

    def check_sound(self, check: str) -> None:
        self._call(lambda: self._keep(self._check.run(check)))

    def new_conversation(self) -> None:
        self._spawn(self._start_over())

    def cancel_page_job(self, job: int) -> None:
        self._spawn(self._session.jobs.cancel(job))

    def fetch_models(self, ids: tuple[str, ...]) -> None:
        def begin() -> None:
            self._fetching = self._keep(self._shelf.fetch(ids))

        self._call(begin)

    def cancel_fetch(self) -> None:
        self._call(lambda: self._fetching.cancel() if self._fetching else None)

    def remove_model(self, model_id: str) -> None:
        self._spawn(self._shelf.remove(model_id))

    def _call(self, action: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the window is on its way out
            self._loop.call_soon_threadsafe(self._when_ready, action)

    def _when_ready(self, action: Callable[[], object]) -> None:
        """What the user did before everything was put together is done right after."""
        if self._early is None:
            action()
        else:
            self._early.append(action)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._call(lambda: self._keep(work))

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that fails is a bug: the log gets the stack, the user a sentence, and the rest goes on."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a task of the session failed", exc_info=error)
            advice = "Restart Vesper if something is missing."
            self._publish(NoticeShown("error", "A part of Vesper stopped working.", advice))

    # Their work -----------------------------------------------------------------------------------------------------

    def _unmute(self) -> None:
        way = self._engines.settings.talk.way
        self._doorway.choose(way if way in ("open", "name") else "open")

    def _change_way(self, before: TalkSettings, settings: Settings) -> None:
        self._doorway.apply(settings.talk, settings.hearing.language)
        if before.way != settings.talk.way:
            self._doorway.choose(settings.talk.way)

    async def _change(self, settings: Settings) -> None:
        before = self._engines.settings
        try:
            await asyncio.to_thread(save_settings, self._engines.folders.settings_file, settings)
        except AssistantError as error:
            self._publish(NoticeShown("warning", error.what, error.advice))
        parts = self._session.parts
        parts.settings = settings
        parts.toolbox = app.toolbox(settings.mind)
        parts.voice = self._voice(settings)
        self._session.jobs.think_for(settings.pages.think_seconds)
        self._card.apply(settings.audio)
        self._microphone.apply(settings.audio)
        self._change_way(before.talk, settings)
        if before.endpoint != settings.endpoint:
            self._listener.apply(settings.endpoint)
        await self._engines.apply(settings)
        self._publish(SettingsApplied(settings))
        if (before.hearing, before.mind, before.voice) != (settings.hearing, settings.mind, settings.voice):
            await self._load()

    async def _start_over(self) -> None:
        self._post(StopRequested())
        try:
            await self._session.start_over(await self._store.open_conversation())
            self._session.warm()
        except AssistantError as error:
            self._publish(NoticeShown("warning", error.what, error.advice))
        self._publish(TurnsRestored(()))

    async def _list_choices(self) -> None:
        self._publish(await asyncio.to_thread(choices_listed, self._engines.catalog))

    async def _plan(self, settings: MindSettings) -> None:
        self._publish(MindPlanned(await asyncio.to_thread(mind_in_words, settings, self._engines.catalog)))

    async def _store_key(self, server_url: str, key: str) -> None:
        self._publish(KeyAnswered(server_url, await asyncio.to_thread(keep_key, server_url, key)))
