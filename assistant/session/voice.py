"""What a spoken reply needs: a voice, a loudspeaker, and the languages they have in common with the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assistant.core.errors import InputError
from assistant.core.events import NoticeShown
from assistant.core.ports import Emit, Speaker, Synthesizer
from assistant.session.tongue import NAMES, language_of


def check_sayable(text: str, out: Path, languages: frozenset[str] = frozenset({"en"})) -> None:
    """Raises InputError where a voice would speak another language's words as its own, or the file be no WAV."""
    if out.suffix.lower() not in ("", ".wav"):
        raise InputError("Speech is written as WAV.", f"Call the file {out.stem}.wav.")
    language = language_of(text)
    if language and language not in languages:
        raise InputError(f"There is no voice for {NAMES[language]}.", "Give a text in English.")


@dataclass(slots=True)
class Voice:
    """A typed conversation without sound has none."""

    synthesizer: Synthesizer
    speaker: Speaker
    languages: frozenset[str] = frozenset({"en"})
    """ISO 639-1 codes of what it can say. The rest of an answer is only written."""
    _told: set[str] = field(default_factory=set)

    def can_say(self, text: str, emit: Emit) -> bool:
        """False where the text is surely in another language; that is told once for each."""
        language = language_of(text)
        if not language or language in self.languages:
            return True
        if language not in self._told:
            self._told.add(language)
            what = f"I have no voice for {NAMES[language]}."
            emit(NoticeShown("info", what, "Answers in it are written, not spoken."))
        return False
