"""Keys of servers: kept under the server's address, given to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from assistant.core.errors import InputError, StorageError
from assistant.llm.server_key import VARIABLE, describe_key, find_key, forget_key, save_key


class Drawer(KeyringBackend):
    """A keyring in memory, as a desktop would have one."""

    priority = 1  # type: ignore[assignment]  # a property in the library

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Drawer]:
    monkeypatch.delenv(VARIABLE, raising=False)
    before, made = keyring.get_keyring(), Drawer()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from keyring.backends import fail

    monkeypatch.delenv(VARIABLE, raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


def test_a_key_is_found_for_its_server_and_for_no_other(drawer: Drawer) -> None:
    save_key("https://lab.example/v1", "secret-1")

    assert find_key("https://lab.example/v1") == "secret-1"
    for other in ("http://lab.example/v1", "https://lab.example:8443/v1", "https://other.example/v1"):
        assert find_key(other) == ""


def test_the_environment_wins(drawer: Drawer, monkeypatch: pytest.MonkeyPatch) -> None:
    save_key("https://lab.example/v1", "secret-1")
    monkeypatch.setenv(VARIABLE, "secret-2")

    assert find_key("https://lab.example/v1") == "secret-2"


def test_a_forgotten_key_is_gone(drawer: Drawer) -> None:
    save_key("https://lab.example/v1", "secret-1")

    assert forget_key("https://lab.example/v1")
    assert not forget_key("https://lab.example/v1")
    assert find_key("https://lab.example/v1") == ""


def test_a_description_never_holds_the_key(drawer: Drawer) -> None:
    assert describe_key("https://lab.example/v1") == "without a key"
    save_key("https://lab.example/v1", "secret-1")
    assert describe_key("https://lab.example/v1") == "its key from the keyring"


@pytest.mark.parametrize("key", ["", "two words", "line\nline", "ключ", "x" * 5000])
def test_what_is_no_key_is_refused(drawer: Drawer, key: str) -> None:
    with pytest.raises(InputError, match="no key"):
        save_key("https://lab.example/v1", key)


def test_without_a_keyring_there_is_no_key_and_saving_says_what_to_do(no_keyring: None) -> None:
    assert find_key("https://lab.example/v1") == ""
    with pytest.raises(StorageError, match=VARIABLE):
        save_key("https://lab.example/v1", "secret")


def test_an_address_that_is_none_is_refused(drawer: Drawer) -> None:
    with pytest.raises(InputError, match="no server address"):
        save_key("lab.example", "secret")
