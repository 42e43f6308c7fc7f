"""A tiny model that has learnt two answers by heart: to ask for a sum, and to say the result it was given."""

from __future__ import annotations

from pathlib import Path

from tests.tiny_minds import CHATML, make_mind

OFFERING = "{% if tools %}{% for tool in tools %}<tool>{{ tool.function.name }}</tool>{% endfor %}{% endif %}"
QUESTION = "What is 3 times 17?"
CALL = '<tool_call>{"name": "calculator", "arguments": {"sum": "3*17"}}</tool_call>'
RESULT, ANSWER = "3 × 17 = 51", "It is 51."
STEPS = 300  # after 200 the likeliest byte is always the right one


def make_obedient_mind(folder: Path) -> Path:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    make_mind("llama", folder)
    (folder / "chat_template.jinja").write_text(OFFERING + CHATML)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    lessons = [_lesson(tokenizer, *pair) for pair in _pairs()]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so small a model waits longer for a second thread than it gains
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(STEPS):
        loss = sum(model(input_ids=ids, labels=labels).loss for ids, labels in lessons)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.set_num_threads(threads)
    model.save_pretrained(folder)
    return folder


def _pairs() -> list[tuple[list[dict[str, str]], str]]:
    asked = [{"role": "user", "content": QUESTION}]
    told = [*asked, {"role": "assistant", "content": CALL}, {"role": "tool", "content": RESULT}]
    return [(asked, CALL), (told, ANSWER)]


def _lesson(tokenizer: object, messages: list[dict[str, str]], answer: str) -> tuple[object, object]:
    import torch

    prompt = tokenizer.apply_chat_template(
        messages, tools=[{"function": {"name": "calculator"}}], tokenize=False, add_generation_prompt=True
    )
    before = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    after = tokenizer(answer + "<|im_end|>", add_special_tokens=False)["input_ids"]
    return torch.tensor([before + after]), torch.tensor([[-100] * len(before) + after])
