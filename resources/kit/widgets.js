(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const nameOf = (node) => (node.textContent.trim() || node.getAttribute("aria-label") || "").replace(/\s+/g, " ");
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const wrapped = (index, count) => ((index % count) + count) % count;

  // Tabs: one is in the tab order, arrow keys go round ------------------------------------------------------------------

  function choose(list, tab, focus) {
    for (const other of all("[role=tab]", list)) {
      const on = other === tab;
      other.setAttribute("aria-selected", String(on));
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) tab.focus();
  }

  for (const list of all("[role=tablist]")) {
    const tabs = all("[role=tab]", list);
    if (!tabs.length) continue;
    choose(list, tabs.find((tab) => tab.getAttribute("aria-selected") === "true") || tabs[0], false);
    list.addEventListener("click", (event) => { const tab = event.target.closest("[role=tab]"); if (tab) choose(list, tab, false); });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(event.target);
      const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : at + (STEPS[event.key] || 0);
      if (at < 0 || to === at || event.key === "ArrowUp" || event.key === "ArrowDown") return;
      event.preventDefault();
      choose(list, tabs[wrapped(to, tabs.length)], true);
    });
  }

  // Carousels: never move by themselves -----------------------------------------------------------------------------------

  for (const carousel of all(".carousel")) {
    const slides = all(".slide", carousel);
    const dots = all(".dot", carousel);
    let now = 0;
    let from = 0;
    const show = (index) => {
      now = wrapped(index, slides.length);
      slides.forEach((slide, i) => { slide.hidden = i !== now; });
      dots.forEach((dot, i) => dot.setAttribute("aria-current", String(i === now)));
    };
    carousel.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.classList.contains("previous")) show(now - 1);
      else if (button.classList.contains("next")) show(now + 1);
      else if (dots.includes(button)) show(dots.indexOf(button));
    });
    carousel.addEventListener("keydown", (event) => {
      if (event.target.closest("input, textarea, select") || !/^Arrow(Left|Right)$/.test(event.key)) return;
      event.preventDefault();
      show(now + STEPS[event.key]);
      if (dots.includes(event.target)) dots[now].focus();
    });
    carousel.addEventListener("pointerdown", (event) => { from = event.clientX; });
    carousel.addEventListener("pointerup", (event) => {
      const way = event.clientX - from;
      if (event.pointerType !== "mouse" && Math.abs(way) > 40) show(now - Math.sign(way));
    });
  }

  // Dialogs: the browser's own, so that focus stays inside and comes back -------------------------------------------------

  for (const [control, name] of Object.entries(data.opens || {})) {
    const opener = document.getElementById(control);
    const dialog = document.getElementById(name);
    if (!opener || !dialog) continue;
    opener.setAttribute("aria-haspopup", "dialog");
    dialog.addEventListener("close", () => { if (document.activeElement === document.body) opener.focus(); });
  }
  for (const dialog of all("dialog")) {
    const first = dialog.querySelector("input, textarea, select, button:not(.close)");
    if (first) first.autofocus = true;  // of what is in the dialog, closing it is the last thing to do
    dialog.addEventListener("click", (event) => {
      const box = dialog.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (event.target === dialog && !inside) dialog.close();
    });
  }
  for (const name of data.shown || []) {
    const dialog = document.getElementById(name);
    if (dialog && !dialog.open && !dialog.closest("[hidden]")) dialog.showModal();
  }

  // Tables: numbers and dates in their own order, empty cells last ----------------------------------------------------------

  const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

  function dateOf(text) {
    let parts = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
    if (parts) return Date.UTC(parts[1], parts[2] - 1, parts[3]);
    parts = text.match(/^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$/);
    if (parts) {
      const year = parts[4].length === 2 ? `20${parts[4]}` : parts[4];
      const american = parts[2] === "/" && Number(parts[1]) <= 12 && Number(parts[3]) > 12;  // 3/25/2024 can be nothing else
      return american ? Date.UTC(year, parts[1] - 1, parts[3]) : Date.UTC(year, parts[3] - 1, parts[1]);
    }
    parts = text.match(/^(\d{1,2})\.? ([a-z]{3})[a-z]*\.?,?(?: (\d{4}))?$/i) || text.match(/^([a-z]{3})[a-z]*\.? (\d{1,2}),?(?: (\d{4}))?$/i);
    if (!parts) return NaN;
    const [day, month] = /^\d/.test(parts[1]) ? [parts[1], parts[2]] : [parts[2], parts[1]];
    const index = MONTHS.indexOf(month.toLowerCase());
    return index < 0 ? NaN : Date.UTC(parts[3] || 2000, index, day);
  }

  function numberOf(text) {
    const plain = text.replace(/[\s ]/g, "").replace(/^[^\d.,+-]{0,3}|[^\d.,]{0,3}$/g, "");
    if (!/^[+-]?[\d.,]*\d[\d.,]*$/.test(plain)) return NaN;
    const decimal = /[.,]\d{1,2}$/.test(plain) ? plain.at(-plain.match(/[.,](\d{1,2})$/)[1].length - 1) : "";
    const whole = decimal ? plain.slice(0, plain.lastIndexOf(decimal)) : plain;
    return Number(whole.replace(/[.,]/g, "") + (decimal ? `.${plain.slice(plain.lastIndexOf(decimal) + 1)}` : ""));
  }

  const words = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true, sensitivity: "base" });

  function order(texts) {
    const given = texts.filter(Boolean);
    for (const value of [dateOf, numberOf]) {
      if (given.length && given.every((text) => !Number.isNaN(value(text)))) return (a, b) => value(a) - value(b);
    }
    return (a, b) => words.compare(a, b);
  }

  function sort(table, index) {
    const heads = all("thead th", table);
    const way = heads[index].getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const body = table.tBodies[0];
    const text = (row) => (row.cells[index] ? row.cells[index].innerText.trim() : "");
    const rows = [...body.rows];
    const compare = order(rows.map(text));
    rows.sort((a, b) => {
      const [one, two] = [text(a), text(b)];
      if (!one || !two) return (one ? 0 : 1) - (two ? 0 : 1);
      return way * compare(one, two);
    });
    body.append(...rows);
    heads.forEach((head, i) => head.setAttribute("aria-sort", i !== index ? "none" : way > 0 ? "ascending" : "descending"));
  }

  for (const table of all("table[data-sorts]")) {
    all("thead th", table).forEach((head, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort quiet";
      button.setAttribute("aria-label", `Sort by ${nameOf(head)}`);
      head.setAttribute("aria-sort", "none");
      head.append(button);
      head.addEventListener("click", (event) => { event.stopPropagation(); sort(table, index); });
    });
  }
})();
