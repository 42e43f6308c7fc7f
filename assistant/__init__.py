"""Vesper: a voice-and-vision assistant that runs on the user's own machine."""

import os

# OpenBLAS's threads spin for a while after numpy's small products and take the cores from the networks: Whisper's
# encoder took 130 ms instead of 90 on two cores. Read by numpy when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
