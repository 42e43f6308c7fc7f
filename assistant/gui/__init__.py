"""The window. Importing it keeps Python 3.11 alive under PySide6 6.12: see `immortal`."""

from assistant.gui.immortal import make_immortal

make_immortal()
