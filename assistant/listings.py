"""What the window offers to choose from: models, devices, voices. Looks at this machine."""

from __future__ import annotations

from assistant.app import kokoro_styles, mind_plan
from assistant.core.errors import AssistantError
from assistant.core.settings import MindSettings
from assistant.gui.facts import Choices, ChoicesListed, ModelRow, ModelsListed, Voices
from assistant.llm.catalog import Catalog


def models_listed(catalog: Catalog) -> ModelsListed:
    import psutil

    needed = catalog.default_ids(psutil.virtual_memory().total)
    return ModelsListed(
        tuple(
            ModelRow(c.id, c.title, c.bytes, c.licence, catalog.is_present(c.id), c.id in needed) for c in catalog.cards
        )
    )


def choices_listed(catalog: Catalog) -> ChoicesListed:
    from assistant.audio.devices import list_devices

    try:
        devices = list_devices()
    except AssistantError:
        devices = ()
    minds = tuple((card.id, card.title) for card in catalog.cards if card.task == "mind")
    return ChoicesListed(
        Choices(
            tuple(device.name for device in devices if device.input_channels),
            tuple(device.name for device in devices if device.output_channels),
            voices_of(catalog),
            minds=(("auto", "Choose for me"), *minds),
        )
    )


def voices_of(catalog: Catalog) -> tuple[Voices, ...]:
    """The voices whose files are here."""
    hibari = Voices("hibari", "Hibari: quick, light on the machine", ("heart",))
    if not catalog.is_present("kokoro-82m"):
        return (hibari,)
    names = tuple(sorted(kokoro_styles(catalog)))
    return (hibari, Voices("kokoro", "Kokoro: finer, wants a fast machine", names))


def mind_in_words(settings: MindSettings, catalog: Catalog) -> str:
    """Which engine would run it and why, and the sum of what it needs; or what is wrong. Loads nothing. Blocking."""
    if settings.server_url:
        from assistant.llm.server_key import describe_key

        model = settings.server_model or "its default model"
        return f"{model} on the server you named, {describe_key(settings.server_url)}"
    if settings.folder:
        from assistant.llm.own_mind import describe_own_mind

        try:
            return describe_own_mind(settings)
        except AssistantError as error:
            return str(error)
    decided = mind_plan(settings, catalog)
    detail = f"{decided.engine.threads} threads, {decided.engine.context_tokens} tokens of context"
    missing = "" if catalog.is_present(decided.model_id) else " It is not on this machine yet."
    return f"{decided.reason} With {detail}.{missing}"


def keep_key(server_url: str, key: str) -> str:
    """What became of it, in words. An empty key is forgotten. Blocking: a keyring may ask to be unlocked."""
    from assistant.llm.server_key import address_of, forget_key, save_key

    try:
        if key:
            save_key(server_url, key)
            return f"The key for {address_of(server_url)} is in the system’s keyring."
        return "The key is forgotten." if forget_key(server_url) else "There was no key."
    except AssistantError as error:
        return str(error)
