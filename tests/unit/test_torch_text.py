"""Text from tokens as they come: half characters wait, stop texts never show."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.torch_text import Writer


def decode(ids: object) -> str:
    return bytes(ids).decode("utf-8", "replace")  # type: ignore[call-overload]


def written(text: str, *stop: str) -> tuple[list[str], Writer]:
    writer = Writer(decode, stop)
    pieces = []
    for byte in text.encode():
        pieces.append(writer.add(byte))
        if writer.stopped:
            return pieces, writer
    return [*pieces, writer.rest()], writer


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd")))
def test_the_pieces_make_the_text(text: str) -> None:
    pieces, _ = written(text)

    assert "".join(pieces) == text


@given(st.text(alphabet="abc"), st.text(alphabet="abc", min_size=1, max_size=3))
def test_an_answer_ends_before_its_stop_text(text: str, stop: str) -> None:
    pieces, writer = written(text, stop)

    assert "".join(pieces) == text.split(stop)[0]
    assert writer.stopped == (stop in text)


def test_a_character_of_several_tokens_comes_whole() -> None:
    pieces, _ = written("é🙂")

    assert pieces == ["", "é", "", "", "", "🙂", ""]


def test_bytes_that_are_no_text_are_not_held_for_ever() -> None:
    writer = Writer(decode)

    assert "".join(writer.add(0xF0) for _ in range(8))
