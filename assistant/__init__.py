"""Vesper: a voice-and-vision assistant that runs on the user's own machine."""

__version__ = "0.1.0"
