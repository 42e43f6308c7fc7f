"""The talk key while another window has the focus, where the desktop lets a program have one.

X11 and Windows lend a program one key; so does macOS. On Wayland the desktop asks its user first. The thread here only
waits for the system and emits signals, which Qt queues to the window's thread.
"""

from __future__ import annotations

import os
import sys
import threading
from functools import partial

from PySide6.QtCore import QObject, Signal

from assistant.gui.facts import TalkKeyAnswered
from assistant.gui.system_key import KeyRefused, SystemKey

ASKING = "Vesper is asking your desktop for this key."


class GlobalKey(QObject):
    """`follow` may be called as often as settings change; signals arrive on this object's thread."""

    pressed = Signal()
    released = Signal()
    answered = Signal(object)
    """A TalkKeyAnswered: whether there is such a key, and if not, why."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._system: SystemKey | None = None
        self._thread: threading.Thread | None = None
        self._wanted = ""

    def follow(self, key: str, is_wanted: bool) -> None:
        """Have this key, as Qt writes it ("F8", "Ctrl+Space"), or none."""
        wanted = key if is_wanted else ""
        if wanted == self._wanted:
            return
        self.close()
        self._wanted = wanted
        if wanted:
            self._start(wanted)
        else:
            self.answered.emit(TalkKeyAnswered(""))

    def close(self) -> None:
        self._wanted = ""
        if self._system is not None:
            self._system.stop()
        if self._thread is not None:
            self._thread.join(1.0)
        self._system = self._thread = None

    def _start(self, key: str) -> None:
        self.answered.emit(TalkKeyAnswered(ASKING))
        try:
            self._system = system = system_key(key)
        except KeyRefused as refusal:
            self._refuse(refusal)
            return
        if system.waits:
            self._thread = threading.Thread(target=self._run, args=(system,), name="talk-key", daemon=True)
            self._thread.start()
        else:
            self._run(system)

    def _run(self, system: SystemKey) -> None:
        """What a key says that has been given up meanwhile is dropped, but that it came up."""
        try:
            system.run(partial(self._tell, system), partial(self._grant, system))
        except KeyRefused as refusal:
            if system is self._system:
                self._refuse(refusal)

    def _tell(self, system: SystemKey, is_down: bool) -> None:
        if not is_down:
            self.released.emit()
        elif system is self._system:
            self.pressed.emit()

    def _grant(self, system: SystemKey, key: str) -> None:
        if system is not self._system:
            return
        what = f"{key} works in all windows." if key else "Your desktop has no key for it yet."
        advice = "" if key else "Choose one for Vesper in the keyboard settings of your desktop."
        self.answered.emit(TalkKeyAnswered(what, advice))

    def _refuse(self, refusal: KeyRefused) -> None:
        what, advice = refusal.args
        self.answered.emit(TalkKeyAnswered(what, advice, is_refused=True))


def system_key(key: str) -> SystemKey:
    """Raises KeyRefused, with the reason, where the system has no such thing."""
    if sys.platform == "win32":
        from assistant.gui.windows_key import WindowsKey

        return WindowsKey(key)
    if sys.platform == "darwin":
        from assistant.gui.mac_key import MacKey

        return MacKey(key)
    if is_wayland():
        from assistant.gui.portal_key import PortalKey

        return PortalKey(key)
    from assistant.gui.x11_key import X11Key

    return X11Key(key)


def key_in_words() -> str:
    """Where a talk key for all windows would come from. Blocking; for the report of `vesper doctor`."""
    if sys.platform in ("win32", "darwin"):
        return "lent by the system"
    if is_wayland():
        from assistant.gui.portal_key import portal_version

        version = portal_version()
        return f"asked for at the desktop's portal, version {version}" if version else "none: the desktop has no portal"
    return "lent by X11"


def is_wayland() -> bool:
    """Or no display at all: then there is no X server to ask either."""
    return bool(os.environ.get("WAYLAND_DISPLAY")) or not os.environ.get("DISPLAY")
