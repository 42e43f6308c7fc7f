"""PySide6 6.12 gives references away on Python 3.11; the window must outlive that."""

import subprocess
import sys

CALLS = 60_000  # without the cure the interpreter aborts after some 10,000

PROGRAM = f"""
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
import assistant.gui
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
widget = QWidget()
for _ in range({CALLS}):
    widget.update()
    widget.isVisible()
    widget.isEnabled()
print("alive")
"""


def test_sixty_thousand_calls_into_qt_leave_the_interpreter_alive():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60)

    assert done.stdout == "alive\n", done.stderr[-500:]
