"""What the window offers to choose from: models, devices, voices. Looks at this machine."""

from __future__ import annotations

from assistant.app import kokoro_styles
from assistant.core.errors import AssistantError
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
