"""Where the weights of the language models lie. Missing ones fail the test: `make test` fetches them."""

from pathlib import Path

from assistant.llm.catalog import Catalog


def mind_file(model_id: str) -> Path:
    catalog = Catalog.load()
    return catalog.folder(model_id) / catalog.card(model_id).files[0].name
