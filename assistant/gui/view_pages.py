"""How events about pictures and page jobs change the view. Pure, like `view_state`, which calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from assistant.core import events, page_events
from assistant.core.events import Event
from assistant.core.sketch import SketchReading
from assistant.gui import facts
from assistant.gui.screen import (
    KEPT_JOBS,
    KEPT_NOTICES,
    LONGEST_TRANSCRIPT,
    Attachment,
    Job,
    Notice,
    Row,
    RowAction,
    RowKind,
    ViewState,
)


def with_row(state: ViewState, row: Row, in_place_of: Row | None = None) -> ViewState:
    """The row at the end of the transcript, under a key of its own or that of the row it takes the place of."""
    if in_place_of is not None:
        rows = (*state.rows, replace(row, key=in_place_of.key))
        return replace(state, rows=rows[-LONGEST_TRANSCRIPT:])
    rows = (*state.rows, replace(row, key=state.next_key))
    return replace(state, rows=rows[-LONGEST_TRANSCRIPT:], next_key=state.next_key + 1)


def with_notice(state: ViewState, level: str, what: str, advice: str) -> ViewState:
    """The notice as the newest one; the same words are not shown twice."""
    same = tuple(notice for notice in state.notices if (notice.what, notice.advice) != (what, advice))
    notices = (*same, Notice(state.next_key, level, what, advice))[-KEPT_NOTICES:]
    return replace(state, notices=notices, next_key=state.next_key + 1)


def _attach_began(state: ViewState, event: facts.AttachBegan) -> ViewState:
    return replace(state, attachments=(*state.attachments, Attachment(event.name)))


def _attached(state: ViewState, event: events.PictureAttached) -> ViewState:
    waiting = _without_waiting(state, event.name)
    return replace(state, attachments=(*waiting, Attachment(event.name, event.picture)))


def _refused(state: ViewState, event: events.PictureRefused) -> ViewState:
    state = replace(state, attachments=_without_waiting(state, event.name))
    return with_notice(state, "error", event.what, event.advice)


def _without_waiting(state: ViewState, name: str) -> tuple[Attachment, ...]:
    attachments = list(state.attachments)
    if Attachment(name) in attachments:
        attachments.remove(Attachment(name))
    return tuple(attachments)


def _detached(state: ViewState, _: events.PicturesDetached) -> ViewState:
    return replace(state, attachments=())


STAGES = {
    "decode": "Opening the picture",
    "read": "Reading the drawing",
    "compile": "Laying out the page",
    "think": "Page shown - looking again",
    "fill": "Page shown - filling in the words",
}


def _with_job(state: ViewState, job: Job, detail: str, action: RowAction) -> ViewState:
    jobs = tuple(job if other.job == job.job else other for other in state.jobs)
    rows = tuple(
        replace(row, detail=detail, action=action) if row.kind is RowKind.JOB and row.job == job.job else row
        for row in state.rows
    )
    return replace(state, jobs=jobs, rows=rows)


def _find(state: ViewState, number: int) -> Job | None:
    return next((job for job in state.jobs if job.job == number), None)


def _job_started(state: ViewState, event: page_events.PageJobStarted) -> ViewState:
    job = Job(event.job, event.name, "start")
    state = replace(state, jobs=(*state.jobs, job)[-KEPT_JOBS:], shown_job=event.job)
    row = Row(0, RowKind.JOB, event.name, "Waiting", RowAction.CANCEL_JOB, event.job)
    return with_row(state, row)


def _job_progressed(state: ViewState, event: page_events.PageJobProgressed) -> ViewState:
    job = _find(state, event.job)
    if job is None:
        return state
    action = RowAction.SHOW_PAGE if job.page else RowAction.CANCEL_JOB
    return _with_job(state, replace(job, stage=event.stage), STAGES.get(event.stage, event.stage), action)


def _sketch_read(state: ViewState, event: page_events.SketchRead) -> ViewState:
    job = _find(state, event.job)
    if job is None:
        return state
    job = replace(job, reading=event.reading, picture=event.picture)
    return _with_job(state, job, found(event.reading), RowAction.CANCEL_JOB)


def found(reading: SketchReading) -> str:
    """How many elements were seen, in words."""
    count = len(reading.elements)
    return "Nothing drawn was found" if count == 0 else "1 element found" if count == 1 else f"{count} elements found"


def _page_painted(state: ViewState, event: page_events.PagePainted) -> ViewState:
    job = _find(state, event.job)
    if job is None:
        return state
    job = replace(job, page=event.page, final=event.final, stage="" if event.final else "fill")
    seen = f" · {found(job.reading)}" if job.reading else ""
    detail = f"Page ready{seen}" if event.final else STAGES["fill"]
    return _with_job(state, job, detail, RowAction.SHOW_PAGE)


def _selected(state: ViewState, event: page_events.PartSelected) -> ViewState:
    return _changed(state, event.job, selected=event.element_id, selected_name=event.name)


def _listed(state: ViewState, event: page_events.VersionsListed) -> ViewState:
    return _changed(state, event.job, versions=event.versions)


def _corrected(state: ViewState, event: page_events.ReadingCorrected) -> ViewState:
    return _changed(state, event.job, reading=event.reading)


def _pictured(state: ViewState, event: page_events.ThumbnailsRestored) -> ViewState:
    return _changed(state, event.job, thumbnails=event.pictures)


def _offered(state: ViewState, event: page_events.VariantsOffered) -> ViewState:
    return _changed(state, event.job, variants=event.pages)


def _changed(state: ViewState, number: int, **fields: Any) -> ViewState:
    """`Any`: fields of Job."""
    job = _find(state, number)
    if job is None:
        return state
    changed = replace(job, **fields)
    return replace(state, jobs=tuple(changed if other is job else other for other in state.jobs))


def _job_failed(state: ViewState, event: page_events.PageJobFailed) -> ViewState:
    """The job's row gives way to one that says why; a page that was painted already stays, or another one is shown."""
    job = _find(state, event.job)
    if job is None:
        return state
    state = _with_job(state, replace(job, stage="", failed=True), "The page stays as it is", RowAction.SHOW_PAGE)
    if job.page is None:
        rows = tuple(row for row in state.rows if not (row.kind is RowKind.JOB and row.job == event.job))
        shown = next((other.job for other in reversed(state.jobs) if not other.failed), event.job)
        state = replace(state, rows=rows, shown_job=shown if state.shown_job == event.job else state.shown_job)
    action = RowAction.CHOOSE_PICTURE if job.page is None else RowAction.NONE
    return with_row(state, Row(0, RowKind.ERROR, event.what, event.advice, action, event.job))


def _sheet_opened(state: ViewState, event: facts.SheetPictureOpened) -> ViewState:
    return replace(state, sheet=event.picture, camera=None)


def _camera_seen(state: ViewState, event: events.CameraSeen) -> ViewState:
    return replace(state, camera=event.picture, camera_problem="")


def _camera_failed(state: ViewState, event: facts.CameraFailed) -> ViewState:
    return replace(state, camera=None, camera_problem=f"{event.what} {event.advice}")


def _job_chosen(state: ViewState, event: facts.JobChosen) -> ViewState:
    return replace(state, shown_job=event.job) if _find(state, event.job) else state


CHANGES: Mapping[type[Event], Callable[[ViewState, Any], ViewState]] = {
    events.PictureAttached: _attached,
    events.PictureRefused: _refused,
    events.PicturesDetached: _detached,
    page_events.PageJobStarted: _job_started,
    page_events.PageJobProgressed: _job_progressed,
    page_events.SketchRead: _sketch_read,
    page_events.PagePainted: _page_painted,
    page_events.PageJobFailed: _job_failed,
    page_events.PartSelected: _selected,
    page_events.ReadingCorrected: _corrected,
    page_events.VariantsOffered: _offered,
    page_events.VersionsListed: _listed,
    page_events.ThumbnailsRestored: _pictured,
    facts.AttachBegan: _attach_began,
    facts.CameraFailed: _camera_failed,
    events.CameraSeen: _camera_seen,
    facts.JobChosen: _job_chosen,
    facts.SheetPictureOpened: _sheet_opened,
}
