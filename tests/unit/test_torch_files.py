"""Folders in safetensors form whose files are damaged, missing, or another model's: each is one sentence."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from safetensors.torch import load_file, save_file  # noqa: E402

from assistant.core.errors import EngineError  # noqa: E402
from assistant.llm.fit import Device, Fit  # noqa: E402
from assistant.llm.torch_engine import Wish  # noqa: E402
from assistant.llm.torch_prompt import Word  # noqa: E402
from assistant.llm.torch_worker import load_first_that_fits  # noqa: E402
from tests.tiny_minds import make_mind  # noqa: E402

PLENTY, WIDE = Device("cpu", 10**9), (Fit(32, 2048, 0, 0),)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("minds")
    for kind in ("llama", "qwen2.5-vl"):
        make_mind(kind, place / kind)
    return place


@pytest.fixture
def copy(folders: Path, tmp_path: Path) -> Callable[[str], Path]:
    return lambda kind: shutil.copytree(folders / kind, tmp_path / "mine")


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def load(folder: Path) -> object:
    return load_first_that_fits(folder, PLENTY, WIDE).engine


def test_the_weights_of_another_architecture_are_not_made_up(copy: Callable[[str], Path], folders: Path) -> None:
    folder = copy("qwen2.5-vl")
    shutil.copy(folders / "llama" / "model.safetensors", folder)

    with pytest.raises(EngineError, match="The weights in “mine” are not those of the model that its config"):
        load(folder)


def test_one_missing_tensor_is_not_made_up(copy: Callable[[str], Path]) -> None:
    folder = copy("llama")
    rewrite(folder, lambda weights: weights.pop("model.layers.1.mlp.down_proj.weight"))

    with pytest.raises(EngineError, match="are not those of the model"):
        load(folder)


def test_a_tensor_of_another_size_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("llama")
    name = "model.layers.1.mlp.down_proj.weight"
    rewrite(folder, lambda weights: weights.update({name: weights[name][:, :16].contiguous()}))

    with pytest.raises(EngineError, match="are not those of the model"):
        load(folder)


def test_weights_that_are_no_numbers_are_told_of_before_the_first_word(copy: Callable[[str], Path]) -> None:
    folder = copy("llama")
    rewrite(folder, lambda weights: weights["model.layers.0.mlp.up_proj.weight"].fill_(float("nan")))
    engine = load(folder)
    slot = engine.begin(0, (Word("user", "Hello."),), ())
    while engine.read(slot):
        pass

    with pytest.raises(EngineError, match="its weights are damaged"):
        engine.answer(slot, Wish(max_tokens=4))


@pytest.mark.parametrize("name", ["tokenizer.json", "preprocessor_config.json"])
@pytest.mark.parametrize("content", [None, "", '{"a":', "[]"])
def test_a_file_that_is_missing_or_damaged_is_a_sentence(
    copy: Callable[[str], Path], name: str, content: str | None
) -> None:
    folder = copy("qwen2.5-vl")
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(content)

    with pytest.raises(EngineError, match="its files are incomplete"):
        load(folder)


def test_a_missing_shard_is_a_sentence(copy: Callable[[str], Path]) -> None:
    folder = copy("llama")
    names = list(load_file(folder / "model.safetensors"))
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    places = {name: f"model-0000{1 + at % 2}-of-00002.safetensors" for at, name in enumerate(names)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))

    with pytest.raises(EngineError, match="its files are incomplete"):
        load(folder)


def test_code_beside_the_weights_is_not_run(copy: Callable[[str], Path], tmp_path: Path) -> None:
    folder, trace = copy("llama"), tmp_path / "owned"
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text(f"open({str(trace)!r}, 'w')\nclass Config: pass\n")

    with pytest.raises(EngineError, match="of a kind that cannot be run here"):
        load(folder)
    assert not trace.exists()


@pytest.mark.parametrize(
    "template", ["{% for %}", "{{ 1 / 0 }}", "{{ messages.nothing.at.all }}", "{{ messages[99] .x }}"]
)
def test_a_chat_template_that_fails_is_a_sentence(copy: Callable[[str], Path], template: str) -> None:
    folder = copy("llama")
    (folder / "chat_template.jinja").write_text(template)
    engine = load(folder)

    with pytest.raises(EngineError, match="chat template cannot write"):
        engine.begin(0, (Word("user", "Hello."),), ())


def test_weights_without_their_faults_are_loaded(copy: Callable[[str], Path]) -> None:
    assert load(copy("llama")).context_tokens == 2048
