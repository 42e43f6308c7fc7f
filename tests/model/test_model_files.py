"""The fetched models are what the catalogue says, byte for byte."""

import pytest

from assistant.llm.catalog import Catalog
from assistant.llm.models_command import run_verify

pytestmark = pytest.mark.model


@pytest.mark.parametrize("model_id", [card.id for card in Catalog.load().cards])
def test_every_file_of_a_fetched_model_has_its_hash(model_id: str):
    catalog = Catalog.load()
    assert catalog.folder(model_id).is_dir()
    assert run_verify(catalog, [model_id]) == 0
