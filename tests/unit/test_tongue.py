"""The language of a text, or honest doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.session.tongue import NAMES, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The sky is blue because of the air.", "en"),
        ("Der Himmel ist blau, weil die Luft das Licht streut.", "de"),
        ("Guten Tag! Wie kann ich helfen?", "de"),
        ("Le ciel est bleu et la mer aussi.", "fr"),
        ("El cielo es azul por la luz del sol.", "es"),
        ("Il cielo è blu e il mare non è molto lontano.", "it"),
        ("O céu é azul e o mar não está longe.", "pt"),
        ("De lucht is blauw en het water ook.", "nl"),
        ("Небо голубое.", "ru"),
        ("空は青いです。", "ja"),
        ("天空是蓝色的", "zh"),
        ("하늘은 파랗다", "ko"),
        ("The French for good day is bonjour, and the German is guten Tag.", "en"),
        ("The river Волга is long and it is in Russia.", "en"),
        ("Berlin.", ""),
        ("Yes!", ""),
        ("42", ""),
        ("", ""),
    ],
)
def test_small_words_and_alphabets_tell(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text(max_size=80))
def test_any_text_gets_a_known_language_or_none(text: str) -> None:
    assert language_of(text) in {*NAMES, ""}
