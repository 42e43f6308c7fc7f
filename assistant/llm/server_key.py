"""The key for a server of the user's, in the system's keyring under that server's address.

It is only ever given to the address it was stored for. VESPER_SERVER_KEY in the environment wins, for machines without
a keyring. Every function may block: a keyring can ask the user to unlock it.
"""

from __future__ import annotations

import os

from assistant.core.address import origin_of
from assistant.core.errors import InputError, StorageError

VARIABLE = "VESPER_SERVER_KEY"
SERVICE = "vesper"
LONGEST_KEY = 4096
NO_KEYRING = f"Set the environment variable {VARIABLE} instead."


def find_key(server_url: str) -> str:
    """Empty where there is none, or no keyring that answers."""
    if found := os.environ.get(VARIABLE, ""):
        return found
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, address_of(server_url)) or ""
    except KeyringError:
        return ""


def save_key(server_url: str, key: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    if not key or len(key) > LONGEST_KEY or any(not 32 < ord(letter) < 127 for letter in key):
        raise InputError("That is no key: it has to be one word of ordinary letters.", "Copy it again.")
    try:
        keyring.set_password(SERVICE, address_of(server_url), key)
    except KeyringError as error:
        raise StorageError("This system has no keyring that keeps secrets.", NO_KEYRING) from error


def forget_key(server_url: str) -> bool:
    """False where there was none."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, address_of(server_url))
    except PasswordDeleteError:
        return False
    except KeyringError as error:
        raise StorageError("This system has no keyring that keeps secrets.", NO_KEYRING) from error
    return True


def describe_key(server_url: str) -> str:
    """Where the key comes from, never the key."""
    if os.environ.get(VARIABLE):
        return f"its key from {VARIABLE}"
    return "its key from the keyring" if find_key(server_url) else "without a key"


def address_of(server_url: str) -> str:
    """ "https://host:port": another port is another server."""
    return origin_of(server_url)
