"""The address of a server of the user's own: what is none is one sentence, never a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audio.speech_address import SpeechAddress
from assistant.core.address import host_in, host_of, is_server, origin_of
from assistant.core.errors import InputError
from assistant.llm.openai_client import OpenAIClient

NONE = [
    "", "host", "file:///etc/passwd", "http://", "http:///v1", "http://[::1/v1", "http://127.0.0.1:99999999/v1",
    "http://127.0.0.1:x/v1", "http://h:0/v1", "http://a\x00b/v1", "http://a b/v1", "http://a\nb/v1", "http://\u202ea/v1",
    "http://a..b/v1", "http://" + "a" * 64 + "/v1", "http://h/" + "x" * 5000, "javascript:alert(1)", "//host/v1",
    "http://ⅰ.com/v1", "http://xn--/v1", "http://" + "ü" * 63 + ".de/v1", "http://a_\u0301.de/v1",
]  # fmt: skip


@pytest.mark.parametrize("url", NONE)
def test_what_is_no_address_is_refused_in_a_sentence(url: str) -> None:
    assert not is_server(url)
    assert host_in(url) == "a server"
    for take in (host_of, origin_of, OpenAIClient, SpeechAddress):
        with pytest.raises(InputError, match="That is no"):
            take(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://host/v1", "host"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("http://[2001:db8::1:443]/v1", "[2001:db8::1:443]"),
        ("https://user:secret@my-server.example:1234/v1?x=1", "my-server.example:1234"),
        ("http://münchen.example/v1", "münchen.example"),
        ("http://my_box.local./v1", "my_box.local."),
    ],
)
def test_addresses_are_taken_and_shown_without_secrets(url: str, host: str) -> None:
    assert (is_server(url), host_of(url), host_in(url)) == (True, host, host)
    OpenAIClient(url)
    SpeechAddress(url)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://[", "https://a:"]))
def test_any_text_is_an_address_or_refused(text: str, start: str) -> None:
    url = start + text
    if not is_server(url):
        with pytest.raises(InputError):
            host_of(url)
    else:
        assert origin_of(url).endswith(host_of(url))
