"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("#page-data").textContent);
  let toastTimer = 0;
  let jokeIndex = 0;

  function toast(text) {
    const box = $("#toast");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { box.hidden = true; }, 3500);
  }

  function box(button, kind) {
    // The place of an answer: right under the button's row, made once.
    const row = button.closest(".row") || button;
    let place = row.nextElementSibling;
    if (!place || !place.classList.contains(kind)) {
      place = document.createElement(kind === "added" ? "ul" : "div");
      place.className = kind;
      place.setAttribute("aria-live", "polite");
      row.after(place);
    }
    return place;
  }

  const field = (button) => {
    const fields = all("input:not([type=checkbox]):not([type=radio]), textarea");
    const before = fields.filter((f) => f.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    return before.at(-1) || fields[0];
  };

  function numberNode() {
    const walker = document.createTreeWalker($("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (/\d/.test(node.textContent) && !node.parentElement.closest("button, select, option, script, #toast")) return node;
    }
    return null;
  }

  function count(step, button) {
    let node = numberNode();
    if (!node) {
      const place = box(button, "reveal");
      place.textContent = "0";
      node = place.firstChild;
    }
    const old = Number(node.textContent.match(/-?\d+/)[0]);
    const value = step === 0 ? 0 : old + step;
    node.textContent = node.textContent.replace(/-?\d+/, String(value));
    if (step === 0) toast("Back to 0");
  }

  const actions = {
    reveal(button) {
      const place = box(button, "reveal");
      const hide = place.textContent !== "" && !place.hidden;
      place.hidden = hide;
      place.textContent = hide ? "" : (data.jokes[jokeIndex] || {}).punchline || data.answer;
    },
    next(button) {
      jokeIndex = (jokeIndex + 1) % data.jokes.length;
      all(".reveal").forEach((place) => { place.textContent = ""; place.hidden = true; });
      const setup = data.jokeElement && document.getElementById(data.jokeElement);
      if (setup) setup.textContent = data.jokes[jokeIndex].setup;
      else { const place = box(button, "reveal"); place.hidden = false; place.textContent = data.jokes[jokeIndex].setup; }
    },
    add(button) {
      const source = field(button);
      const text = source ? source.value.trim() : "";
      if (!text) { toast(source ? "Type something first" : "Nothing to add"); if (source) source.focus(); return; }
      const item = document.createElement("li");
      const label = document.createElement("label");
      label.className = "choice";
      const tick = document.createElement("input");
      tick.type = "checkbox";
      tick.addEventListener("change", () => words.classList.toggle("done", tick.checked));
      const words = document.createElement("span");
      words.textContent = text;
      label.append(tick, words);
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "quiet";
      remove.textContent = "×";
      remove.setAttribute("aria-label", `Remove ${text}`);
      remove.addEventListener("click", () => item.remove());
      item.append(label, remove);
      box(button, "added").append(item);
      source.value = "";
      source.focus();
    },
    plus: (button) => count(1, button),
    minus: (button) => count(-1, button),
    zero: (button) => count(0, button),
    calculate(button) {
      const numbers = all("input").map((f) => parseFloat(f.value.replace(",", "."))).filter((n) => Number.isFinite(n));
      const place = box(button, "reveal");
      place.hidden = false;
      if (!numbers.length) { place.textContent = "Type numbers into the fields first."; return; }
      const tip = data.tip && numbers.length >= 2;
      const result = tip ? numbers[0] * (1 + numbers[1] / 100) / (numbers[2] || 1) : numbers.reduce((a, b) => a + b, 0);
      place.textContent = tip
        ? `Tip ${(numbers[0] * numbers[1] / 100).toFixed(2)}, total ${result.toFixed(2)}${numbers[2] ? " each" : ""}`
        : `Total: ${+result.toFixed(2)}`;
    },
    search(button) {
      const source = field(button);
      const wanted = source ? source.value.trim().toLowerCase() : "";
      if (!wanted) { toast("Type what to look for"); if (source) source.focus(); return; }
      const items = all("main p, main li, main td, main .card, main .choice");
      const hits = items.filter((item) => item.textContent.toLowerCase().includes(wanted));
      items.forEach((item) => { item.style.outline = hits.includes(item) ? "2px solid var(--accent)" : ""; });
      toast(hits.length ? `${hits.length} found` : `Nothing found for “${source.value.trim()}”`);
    },
    all(button) {
      const ticks = all("input[type=checkbox]");
      const on = !ticks.every((tick) => tick.checked);
      ticks.forEach((tick) => { tick.checked = on; });
      toast(on ? "All ticked" : "None ticked");
    },
    clear() {
      all("input, textarea").forEach((f) => { if (f.type === "checkbox" || f.type === "radio") f.checked = false; else f.value = ""; });
      all(".problem").forEach((p) => p.remove());
      toast("Cleared");
    },
    submit(button) {
      all(".problem").forEach((p) => p.remove());
      const scope = button.closest("form") || document;
      let wrong = null;
      for (const f of all("input:not([type=checkbox]):not([type=radio]), textarea", scope)) {
        const text = f.value.trim();
        const problem = f.required && !text ? "Please fill this in"
          : f.type === "email" && text && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? "This is not an e-mail address" : "";
        f.classList.toggle("wrong", problem !== "");
        if (!problem) continue;
        const note = document.createElement("p");
        note.className = "problem";
        note.textContent = problem;
        f.after(note);
        wrong = wrong || f;
      }
      if (wrong) { wrong.focus(); toast("Please check the marked fields"); return; }
      toast(`${button.textContent.trim()}: done`);
    },
    tell: (button) => toast(`${button.textContent.trim() || "Button"}: there is nothing behind this yet`),
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link) {
      event.preventDefault();
      const name = link.textContent.trim().toLowerCase();
      const target = all("h1, h2, h3").find((h) => h.textContent.trim().toLowerCase() === name);
      if (target) target.scrollIntoView({ behavior: "smooth" });
      toast(target ? link.textContent.trim() : `“${link.textContent.trim()}” would open here`);
      return;
    }
    const button = event.target.closest("button[data-action]");
    if (button) { event.preventDefault(); (actions[button.dataset.action] || actions.tell)(button); }
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    const next = all("button[data-action]").find((b) => event.target.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (next) { event.preventDefault(); next.click(); }
  });
})();
