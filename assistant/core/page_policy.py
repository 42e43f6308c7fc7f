"""The Content-Security-Policy that compiled pages carry: nothing comes in from outside, and no form is sent."""

from __future__ import annotations

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; form-action 'none'"
)
