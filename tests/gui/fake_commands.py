"""The session's side of the window: it writes down what it is asked for and answers nothing by itself."""

from __future__ import annotations

from assistant.core.page_events import ElementSelected, ShapedByHand
from assistant.core.settings import MindSettings, Settings


class FakeCommands:
    """`calls` holds (name, arguments...) in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def named(self, name: str) -> list[tuple[object, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    def submit_text(self, text: str, ticket: int) -> None:
        self.calls.append(("submit_text", text, ticket))

    def attach_picture(self, data: bytes, name: str) -> None:
        self.calls.append(("attach_picture", data, name))

    def detach_pictures(self) -> None:
        self.calls.append(("detach_pictures",))

    def open_on_sheet(self, data: bytes, name: str) -> None:
        self.calls.append(("open_on_sheet", data, name))

    def begin_camera(self) -> None:
        self.calls.append(("begin_camera",))

    def end_camera(self, takes_photo: bool) -> None:
        self.calls.append(("end_camera", takes_photo))

    def build_page(self, data: bytes, name: str) -> None:
        self.calls.append(("build_page", data, name))

    def act_on_page(self, act: ElementSelected | ShapedByHand) -> None:
        self.calls.append(("act_on_page", act))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def open_microphone(self) -> None:
        self.calls.append(("open_microphone",))

    def close_microphone(self) -> None:
        self.calls.append(("close_microphone",))

    def begin_push(self) -> None:
        self.calls.append(("begin_push",))

    def end_push(self) -> None:
        self.calls.append(("end_push",))

    def change_settings(self, settings: Settings) -> None:
        self.calls.append(("change_settings", settings))

    def check_sound(self, check: str) -> None:
        self.calls.append(("check_sound", check))

    def new_conversation(self) -> None:
        self.calls.append(("new_conversation",))

    def cancel_page_job(self, job: int) -> None:
        self.calls.append(("cancel_page_job", job))

    def fetch_models(self, ids: tuple[str, ...]) -> None:
        self.calls.append(("fetch_models", ids))

    def cancel_fetch(self) -> None:
        self.calls.append(("cancel_fetch",))

    def remove_model(self, model_id: str) -> None:
        self.calls.append(("remove_model", model_id))

    def plan_mind(self, settings: MindSettings) -> None:
        self.calls.append(("plan_mind", settings))

    def store_key(self, server_url: str, key: str) -> None:
        self.calls.append(("store_key", server_url, key))
