"""One profile for all properties: a busy machine is no failure, and every run tries the same examples."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "vesper", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.load_profile("vesper")


@pytest.fixture(autouse=True)
def _vesper_variables_as_before() -> Iterator[None]:
    """`--data-dir` sets one for the child processes of a program, which in a test would be all tests that follow."""
    before = {name: value for name, value in os.environ.items() if name.startswith("VESPER_")}
    yield
    for name in [name for name in os.environ if name.startswith("VESPER_")]:
        del os.environ[name]
    os.environ.update(before)
