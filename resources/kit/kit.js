"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse($("#page-data").textContent);
  const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea";
  const kept = memory();
  const GIVEN = "button, select, option, script, #toast, .reveal, .added, .problem";
  let toastTimer = 0;
  let jokeIndex = 0;

  function toast(text) {
    const box = $("#toast");
    ($("dialog[open]") || document.body).append(box);  // a dialog lies over everything that is not in it
    box.textContent = text;
    box.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { box.hidden = true; }, 3500);
  }

  const nameOf = (node) => (node.textContent.trim() || node.getAttribute("aria-label") || "").replace(/\s+/g, " ");
  const precedes = (first, second) => Boolean(first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING);

  function make(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // The place of an answer: right under the button's row, made once.
  function place(button) {
    const row = button.closest(".row") || button;
    let found = row.nextElementSibling;
    if (!found || !found.classList.contains("reveal")) {
      found = make("div", "reveal");
      found.setAttribute("aria-live", "polite");
      row.after(found);
    }
    found.hidden = false;
    return found;
  }

  // The field a button speaks of: the last one before it, else the first of the page.
  function field(button) {
    const fields = all(FIELDS);
    return fields.filter((f) => precedes(f, button)).at(-1) || fields[0];
  }

  const numberOf = (text) => parseFloat(text.replace(/[^\d.,-]/g, "").replace(",", "."));

  // Texts of the page, with those that come closest to the button first.
  function texts(button) {
    const walker = document.createTreeWalker($("main"), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      if (!walker.currentNode.parentElement.closest(GIVEN) && walker.currentNode.textContent.trim()) found.push(walker.currentNode);
    }
    const here = button.getBoundingClientRect();
    const far = (node) => {
      const box = node.parentElement.getBoundingClientRect();
      return Math.hypot(box.x + box.width / 2 - here.x - here.width / 2, box.y + box.height / 2 - here.y - here.height / 2);
    };
    return found.map((node) => [far(node), node]).sort((a, b) => a[0] - b[0]).map((pair) => pair[1]);
  }

  // What is kept from visit to visit, where that was asked for. A page in the preview has no storage of its own (its
  // origin is opaque): there it is kept for as long as the page is open.
  function memory() {
    const key = `page:${document.title}:${all("main [id]").map((node) => node.id).join()}`.slice(0, 200);
    let store = null;
    let values = {};
    try { store = data.keeps ? localStorage : null; values = (store && JSON.parse(store.getItem(key))) || {}; } catch { store = null; }
    return {
      get: (name, otherwise) => values[name] ?? otherwise,
      set(name, value) {
        values[name] = value;
        try { store?.setItem(key, JSON.stringify(values)); } catch { store = null; }
      },
    };
  }

  function keepList() {
    const items = all(".added li").map((item) => [nameOf($("label", item)), $("input", item).checked]);
    kept.set("items", items);
  }

  function keepChoice(f) {
    if (!f.id || !f.matches("select, input[type=checkbox], input[type=radio]")) return;
    const choices = { ...kept.get("choices", {}), [f.id]: f.tagName === "SELECT" ? f.selectedIndex : f.checked };
    if (f.type === "radio") all(`input[type=radio]`).filter((r) => r !== f && r.name === f.name).forEach((r) => { choices[r.id] = false; });
    kept.set("choices", choices);
  }

  function remember() {
    for (const [id, value] of Object.entries(kept.get("choices", {}))) {
      const f = document.getElementById(id);
      if (!f) continue;
      if (f.tagName === "SELECT") f.selectedIndex = value; else f.checked = value;
    }
    const adding = $("[data-action=add]");
    if (adding) kept.get("items", []).forEach(([text, done]) => listFor(adding).append(listItem(text, done)));
    if (kept.get("look")) document.body.classList.add(kept.get("look"));
  }

  // Counter ---------------------------------------------------------------------------------------------------------

  function counter(button) {
    const near = texts(button);
    const plain = near.find((node) => /^\s*-?\d+\s*$/.test(node.textContent));
    const worded = near.find((node) => /^[^\d]{0,20}-?\d+[^\d]{0,12}$/.test(node.textContent));
    const input = all(FIELDS).find((f) => f.type === "number" || /^-?\d+$/.test(f.value || f.placeholder));
    return plain || worded || input || null;
  }

  function count(step, button) {
    if (clock.node) { clock.reset(); toast("Back to the start"); return; }
    let node = counter(button);
    if (node === null && step === 0 && $(FIELDS)) { actions.clear(button); return; }
    if (node === null) {
      const answer = place(button);
      if (!answer.firstChild) answer.textContent = "0";
      node = answer.firstChild;
    }
    const shown = "value" in node ? node.value || node.placeholder || "0" : node.textContent;
    const value = step === 0 ? 0 : Number((shown.match(/-?\d+/) || ["0"])[0]) + step;
    if ("value" in node) node.value = String(value);
    else node.textContent = shown.replace(/-?\d+/, String(value));
    if (step === 0) toast("Back to 0");
  }

  // Clock -----------------------------------------------------------------------------------------------------------

  const clock = {
    node: null, seconds: 0, first: 0, timer: 0,
    find(button) {
      if (this.node) return;
      this.node = texts(button).find((node) => /^\s*\d{1,2}:\d{2}(:\d{2})?\s*$/.test(node.textContent));
      if (!this.node) { const answer = place(button); answer.textContent = "0:00"; this.node = answer.firstChild; }
      this.first = this.seconds = this.node.textContent.trim().split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
    },
    show() { this.node.textContent = `${Math.floor(this.seconds / 60)}:${String(this.seconds % 60).padStart(2, "0")}`; },
    stop() { clearInterval(this.timer); this.timer = 0; },
    reset() { this.stop(); this.seconds = this.first; this.show(); },
    start() {
      if (this.timer) return;
      const step = this.first > 0 ? -1 : 1;
      this.timer = setInterval(() => {
        this.seconds += step;
        this.show();
        if (step < 0 && this.seconds <= 0) { this.stop(); toast("Time is up"); }
      }, 1000);
    },
  };

  // Pocket calculator: keys in, left-to-right precedence of a real one ------------------------------------------------

  const keys = { text: "", done: false, display: null };
  const OPERATORS = { "+": (a, b) => a + b, "-": (a, b) => a - b, "×": (a, b) => a * b, "÷": (a, b) => a / b };

  function compute(text) {
    const parts = text.match(/\d+\.?\d*|\.\d+|[-+×÷]/g) || [];
    if (parts[0] === "-") parts.splice(0, 2, `-${parts[1]}`);
    for (const level of ["×÷", "+-"]) {
      for (let i = 1; i < parts.length - 1;) {
        if (String(parts[i]).length === 1 && level.includes(parts[i])) {
          parts.splice(i - 1, 3, OPERATORS[parts[i]](Number(parts[i - 1]), Number(parts[i + 1])));
        } else i += 1;
      }
    }
    const value = Number(parts[0] ?? 0);
    return Number.isFinite(value) ? String(+value.toFixed(8)) : "Error";
  }

  function press(button) {
    const key = nameOf(button).toLowerCase().replace(/[x*]/, "×").replace("/", "÷").replace(/[–−]/, "-").replace(",", ".");
    if (key === "c" || key === "ac") keys.text = "";
    else if (key === "=") keys.text = compute(keys.text);
    else if (key === "%") keys.text = String(Number(compute(keys.text)) / 100);
    else keys.text = (keys.done && /[\d.]/.test(key) ? "" : keys.text.replace("Error", "")) + key;
    keys.done = key === "=";
    const input = $(FIELDS);
    if (!keys.display) keys.display = texts(button).find((node) => /^\s*-?[\d.]+\s*$/.test(node.textContent))?.parentElement;
    if (!input && !keys.display) {
      const first = $("button[data-action=key]").closest(".row") || $("button[data-action=key]");
      keys.display = make("div", "reveal");
      first.before(keys.display);
    }
    if (input) input.value = keys.text || "0"; else keys.display.textContent = keys.text || "0";
  }

  // Lists -----------------------------------------------------------------------------------------------------------

  function listFor(button) {
    const old = $(".added");
    if (old) return old;
    const list = make("ul", "added");
    list.setAttribute("aria-live", "polite");
    const ticks = all(".choice").filter((c) => $("input[type=checkbox]", c) && precedes(button, c));
    const drawn = all("main ul, main ol").find((l) => precedes(button, l));
    (ticks.at(-1) || drawn || button.closest(".row") || button).after(list);
    return list;
  }

  function listItem(text, done = false) {
    const item = make("li", "");
    const label = make("label", "choice");
    const tick = make("input", "");
    tick.type = "checkbox";
    tick.checked = done;
    label.classList.toggle("done", done);
    label.append(tick, make("span", "", text));
    const remove = make("button", "quiet", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove ${text}`);
    remove.addEventListener("click", () => { item.remove(); keepList(); toast("Removed"); });
    item.append(label, remove);
    return item;
  }

  function search(text) {
    const wanted = text.trim().toLowerCase();
    const kinds = ["main tbody tr, main li", "main .card", "main p, main h2, main h3, main a, main .choice"].map((kind) => all(kind));
    const has = (item) => item.textContent.toLowerCase().includes(wanted);
    const items = kinds.find((found) => found.length > 1 && found.some(has)) || [];
    kinds.flat().forEach((item) => { item.style.display = ""; });
    if (wanted) items.filter((item) => !has(item)).forEach((item) => { item.style.display = "none"; });
    return items.filter(has).length;
  }

  // Forms -----------------------------------------------------------------------------------------------------------

  const SHAPES = {
    email: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "This is not an e-mail address"],
    tel: [/^\+?[\d\s()/.-]{4,}$/, "This is not a phone number"],
  };

  function problemOf(f, scope) {
    if (f.type === "checkbox") return f.checked || !/\b(agree|accept|terms)\b/i.test(nameOf(f.closest(".choice") || f)) ? "" : "Please tick this";
    const text = f.value.trim();
    if (f.validity.badInput) return f.type === "date" ? "This is not a date" : "This is not a number";
    if (f.required && !text) return "Please fill this in";
    const [shape, words] = SHAPES[f.type] || [];
    if (text && shape && !shape.test(text)) return words;
    const passwords = all("input[type=password]", scope);
    const repeats = /confirm|repeat|again/i.test(f.labels && f.labels[0] ? f.labels[0].textContent : f.placeholder);
    if (f.type === "password" && repeats && passwords[0] !== f && passwords[0].value !== f.value) return "The passwords differ";
    return "";
  }

  function forgive(f) {
    f.classList.remove("wrong");
    f.removeAttribute("aria-invalid");
    f.removeAttribute("aria-describedby");
    const words = document.getElementById(`${f.id}-problem`);
    if (words) words.remove();
  }

  function check(scope) {
    const fields = all(`${FIELDS}, input[type=checkbox]`, scope);
    fields.forEach(forgive);
    const wrong = fields.filter((f) => problemOf(f, scope));
    for (const f of wrong) {
      const words = make("p", "problem", problemOf(f, scope));
      words.id = `${f.id}-problem`;
      f.classList.add("wrong");
      f.setAttribute("aria-invalid", "true");
      f.setAttribute("aria-describedby", words.id);
      (f.closest(".choice") || f).after(words);
    }
    if (wrong.length) wrong[0].focus();
    return wrong.length === 0;
  }

  function tip(numbers) {
    const [bill, share, people] = numbers;
    const extra = bill * share / 100;
    const each = people > 0 ? `, ${((bill + extra) / people).toFixed(2)} each` : "";
    return `Tip ${extra.toFixed(2)}, total ${(bill + extra).toFixed(2)}${each}`;
  }

  const actions = {
    reveal(button) {
      const setups = Object.keys(data.punchlines).map((id) => document.getElementById(id)).filter(Boolean);
      const setup = setups.filter((s) => precedes(s, button)).at(-1) || setups[0];
      const own = jokeIndex === 0 && setup ? data.punchlines[setup.id] : "";
      const text = own || (data.jokeElement && (data.jokes[jokeIndex] || {}).punchline) || data.answer;
      const answer = place(button);
      const hide = answer.textContent === text;
      answer.textContent = hide ? "" : text;
      answer.hidden = hide;
      button.setAttribute("aria-expanded", String(!hide));
    },
    next(button) {
      jokeIndex = (jokeIndex + 1) % data.jokes.length;
      all(".reveal").forEach((answer) => { answer.textContent = ""; answer.hidden = true; });
      const setup = data.jokeElement && document.getElementById(data.jokeElement);
      const joke = data.jokes[jokeIndex];
      if (setup) setup.textContent = $("[data-action=reveal]") ? joke.setup : `${joke.setup} ${joke.punchline}`;
      else place(button).textContent = `${joke.setup} ${joke.punchline}`;
    },
    add(button) {
      const source = field(button);
      const text = source ? source.value.trim() : "";
      if (!text) { toast(source ? "Type something first" : `${nameOf(button)}: there is no field to take it from`); if (source) source.focus(); return; }
      listFor(button).append(listItem(text));
      keepList();
      source.value = "";
      source.focus();
    },
    plus: (button) => count(1, button),
    minus: (button) => count(-1, button),
    zero: (button) => count(0, button),
    calculate(button) {
      const numbers = all("input").filter((f) => !["checkbox", "radio"].includes(f.type)).map((f) => numberOf(f.value)).filter(Number.isFinite);
      const sum = numbers.reduce((a, b) => a + b, 0);
      place(button).textContent = !numbers.length ? "Type numbers into the fields first."
        : data.tip ? tip([numbers[0], numbers[1] ?? 15, numbers[2]]) : `Total: ${+sum.toFixed(2)}`;
    },
    search(button) {
      const source = field(button);
      const wanted = source ? source.value.trim() : "";
      const hits = search(wanted);
      if (!wanted) { toast("Type what to look for"); if (source) source.focus(); return; }
      toast(hits ? `${hits} found` : `Nothing found for “${wanted}”`);
    },
    all() {
      const ticks = all("input[type=checkbox]");
      const on = !ticks.every((tick) => tick.checked);
      ticks.forEach((tick) => { tick.checked = on; tick.dispatchEvent(new Event("change", { bubbles: true })); });
      toast(!ticks.length ? "There is nothing to tick" : on ? "All ticked" : "None ticked");
    },
    clear(button) {
      all("input, textarea").forEach((f) => { if (["checkbox", "radio"].includes(f.type)) f.checked = false; else f.value = ""; });
      all("select").forEach((s) => { s.selectedIndex = 0; });
      all(".added li").forEach((item) => item.remove());
      all(".wrong").forEach(forgive);
      keepList();
      kept.set("choices", {});
      search("");
      toast(`${nameOf(button)}: done`);
    },
    submit(button) {
      if (!check(button.closest("dialog") || button.closest("form") || document)) { toast("Please check the marked fields"); return; }
      if (button.closest("dialog")) button.closest("dialog").close();
      toast(`${nameOf(button)}: done`);
    },
    close(button) { if (button.closest("dialog")) button.closest("dialog").close(); else actions.tell(button); },
    cart(button) {
      button.dataset.count = String(Number(button.dataset.count || 0) + 1);
      toast(`In the cart: ${all("[data-count]").reduce((sum, b) => sum + Number(b.dataset.count), 0)}`);
    },
    chosen(button) {
      const picked = [...all("select").map((s) => s.selectedOptions[0]?.text), ...all(".choice").filter((c) => $("input", c)?.checked).map(nameOf)];
      place(button).textContent = picked.filter(Boolean).join(", ") || "Nothing is chosen yet.";
    },
    start(button) { clock.find(button); clock.start(); toast("Running"); },
    stop(button) { clock.find(button); clock.stop(); toast("Stopped"); },
    roll(button) {
      const flips = /flip|toss|coin/i.test(nameOf(button));
      const sides = flips ? ["Heads", "Tails"] : ["1", "2", "3", "4", "5", "6"];
      const side = sides[Math.floor(Math.random() * sides.length)];
      const rolls = Number(button.dataset.rolls || 0) + 1;
      button.dataset.rolls = String(rolls);
      place(button).textContent = `${side} (${flips ? "toss" : "roll"} ${rolls})`;
    },
    toggle(button) {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      button.classList.toggle("quiet", !on);
      toast(`${nameOf(button)}: ${on ? "on" : "off"}`);
    },
    dark() {
      const body = document.body.classList;
      const isDark = body.contains("dark") || (!body.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
      body.toggle("dark", !isDark);
      body.toggle("light", isDark);
      kept.set("look", isDark ? "light" : "dark");
      toast(isDark ? "Light" : "Dark");
    },
    key: press,
    tell: (button) => toast(`${nameOf(button) || "Button"}: there is nothing behind this yet`),
  };

  function follow(link) {
    const name = nameOf(link);
    const target = all("h1, h2, h3").find((h) => nameOf(h).toLowerCase() === name.toLowerCase());
    if (target) { target.scrollIntoView({ behavior: "smooth" }); target.tabIndex = -1; target.focus({ preventScroll: true }); }
    all("nav a").forEach((a) => { if (link.closest("nav")) a.setAttribute("aria-current", String(a === link)); });
    toast(target ? name : `“${name || "Link"}” would open here`);
  }

  // Views ----------------------------------------------------------------------------------------------------------

  const views = all(".view");

  function showView(name) {
    const shown = views.find((view) => view.id === name) || views[0];
    views.forEach((view) => { view.hidden = view !== shown; });
    if (name) { shown.tabIndex = -1; shown.focus({ preventScroll: true }); scrollTo(0, 0); }
  }

  // Does the control lead to another view? A form is checked before it is left.
  function travel(control) {
    const target = (data.ways || {})[control.id];
    if (!target) return false;
    if (control.dataset.action === "submit" && !check(control.closest("form") || control.closest(".view"))) {
      toast("Please check the marked fields");
      return true;
    }
    showView(target);
    if (location.protocol === "file:") location.hash = target;  // the preview allows no navigation, not even this one
    return true;
  }

  if (views.length) {
    showView(location.hash.slice(1));
    addEventListener("hashchange", () => showView(location.hash.slice(1)));
  }

  document.addEventListener("click", (event) => {
    const control = event.target.closest("a, button");
    const dialog = control && document.getElementById((data.opens || {})[control.id]);
    if (dialog) { event.preventDefault(); dialog.showModal(); return; }
    if (control && travel(control)) { event.preventDefault(); return; }
    const link = event.target.closest("a");
    if (link) { event.preventDefault(); follow(link); return; }
    const button = event.target.closest("button[data-action]");
    if (button) { event.preventDefault(); (Object.hasOwn(actions, button.dataset.action) ? actions[button.dataset.action] : actions.tell)(button); }
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("input", (event) => {
    if (event.target.classList.contains("wrong")) forgive(event.target);
    if (event.target.type === "search") search(event.target.value);
  });
  document.addEventListener("change", (event) => {
    const label = event.target.closest(".choice");
    if (label && event.target.type === "checkbox" && $("[data-action=add]")) label.classList.toggle("done", event.target.checked);
    if (event.target.closest(".added")) keepList(); else keepChoice(event.target);
  });
  remember();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    const next = all("button[data-action]").find((b) => precedes(event.target, b));
    if (next) { event.preventDefault(); next.click(); }
  });
})();
