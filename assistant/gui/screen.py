"""What the window shows, as frozen values. Pure: no Qt, no clock, no I/O. `view_state.reduce` makes the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.core.attention import Attention
from assistant.core.conversation import Phase
from assistant.core.settings import Settings
from assistant.core.sketch import Page, SketchReading, VersionList
from assistant.core.types import Picture
from assistant.gui.facts import Choices, ModelRow, SoundChecked

LONGEST_TRANSCRIPT = 5_000  # rows in the window; older turns stay in the store
KEPT_JOBS = 12  # a job holds a picture of about a megabyte
KEPT_NOTICES = 3  # more would bury the conversation


class Microphone(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PUSHED = "pushed"
    """Open for as long as the talk button is held."""


class RowKind(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    ERROR = "error"
    JOB = "job"


class RowAction(StrEnum):
    """What a row offers to do, as its button says it."""

    NONE = ""
    RETRY = "Try again"
    SHOW_PAGE = "Show page"
    CANCEL_JOB = "Cancel"
    CHOOSE_PICTURE = "Choose a picture"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the transcript. `detail` is a quieter second line; `payload` is what the action needs."""

    key: int
    kind: RowKind
    text: str
    detail: str = ""
    action: RowAction = RowAction.NONE
    job: int = 0
    payload: str = ""
    firm: int | None = None
    """How many characters of the text are certain, or have been heard; the rest is painted faintly. None: all."""


@dataclass(frozen=True, slots=True)
class Job:
    """A picture on its way to a page."""

    job: int
    name: str
    stage: str = ""
    reading: SketchReading | None = None
    picture: Picture | None = None
    page: Page | None = None
    final: bool = False
    failed: bool = False
    selected: str = ""
    """Id of the part that "this" means."""
    selected_name: str = ""
    versions: VersionList = field(default_factory=lambda: VersionList((), 0))
    thumbnails: tuple[bytes, ...] = ()
    """Pictures of the versions from an earlier run."""
    variants: tuple[Page, ...] = ()
    """Pages to choose from, shown in place of the page."""


@dataclass(frozen=True, slots=True)
class EngineView:
    engine: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture for the next turn; without `picture` it is still being decoded."""

    name: str
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    key: int
    level: str
    what: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    done_bytes: int
    total_bytes: int
    bytes_per_second: float


@dataclass(frozen=True, slots=True)
class ViewState:
    phase: Phase = Phase.LISTENING
    attention: Attention = Attention.MUTED
    microphone: Microphone = Microphone.CLOSED
    microphone_level: float = 0.0
    speaker_level: float = 0.0
    rows: tuple[Row, ...] = ()
    live: Row | None = None
    """The reply that is being written; it joins `rows` when it ends."""
    caption: Row | None = None
    """What the user seems to be saying; their turn takes its place and its key."""
    next_key: int = 1
    hint: str = ""
    """A remark shown in place of the status until something else happens."""
    transcribing: bool = False
    pending_ticket: int = 0
    """Typed text that was handed over and is not on disk yet; 0 when there is none."""
    committed_ticket: int = 0
    attachments: tuple[Attachment, ...] = ()
    jobs: tuple[Job, ...] = ()
    shown_job: int = 0
    sheet: Picture | None = None
    """What lies under the ink of the Draw side."""
    camera: Picture | None = None
    camera_problem: str = ""
    engines: tuple[EngineView, ...] = ()
    notices: tuple[Notice, ...] = ()
    downloads: Mapping[str, Download] = field(default_factory=dict)
    models: tuple[ModelRow, ...] = ()
    sound_check: SoundChecked | None = None
    mind_plan: str = ""
    talk_key: str = ""
    """How it stands with the talk key for all windows, in words."""
    key_answers: Mapping[str, str] = field(default_factory=dict)
    """By the address of a server."""
    choices: Choices = field(default_factory=Choices)
    settings: Settings = field(default_factory=Settings)

    @property
    def job(self) -> Job | None:
        """The job in the right pane."""
        return next((job for job in self.jobs if job.job == self.shown_job), None)

    def says_the_same(self, other: ViewState) -> bool:
        """Is the conversation the very same, words in progress included?"""
        return self.rows is other.rows and self.live is other.live and self.caption is other.caption

    @property
    def may_push(self) -> bool:
        """Would holding the talk button or key open the microphone?"""
        if self.attention is Attention.TYPING or self.microphone is Microphone.PUSHED:
            return False
        return self.microphone is Microphone.CLOSED or self.attention is Attention.ASLEEP

    @property
    def missing_models(self) -> tuple[ModelRow, ...]:
        return tuple(model for model in self.models if model.needed and not model.present)

    @property
    def is_busy(self) -> bool:
        """Is there anything Stop would end?"""
        working = any(job.page is None and not job.failed for job in self.jobs)
        return self.phase is not Phase.LISTENING or working or bool(self.pending_ticket)
