// Search over every topic's name, description and fields, in the page. Text goes in as text nodes only.

const MOST = 12;
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function prepare(entry) {
  return {
    ...entry,
    about: fold(`${entry.text} ${entry.also} ${entry.owner} ${entry.title}`),
    folded: fold(entry.name),
    parts: entry.fields.map(([name, text]) => ({ name, text, folded: fold(name), about: fold(text) })),
  };
}

// How well one word fits a topic: 0 is not at all. The field that made it fit is returned for the page to show.
function fit(entry, word) {
  if (entry.folded.split(/[._-]/).some((part) => part.startsWith(word))) return { score: 100 };
  if (entry.folded.includes(word)) return { score: 80 };
  const named = entry.parts.find((part) => part.folded.split("_").some((piece) => piece.startsWith(word)) || part.folded.startsWith(word));
  if (named) return { score: 60, field: named };
  if (entry.about.includes(word)) return { score: 50 };
  const told = entry.parts.find((part) => part.about.includes(word) || part.folded.includes(word));
  return told ? { score: 30, field: told } : { score: 0 };
}

export function find(entries, query) {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const found = [];
  for (const entry of entries) {
    const fits = words.map((word) => fit(entry, word));
    if (fits.some(({ score }) => score === 0)) continue;
    const score = fits.reduce((sum, each) => sum + each.score, 0) + (entry.public ? 5 : -40);
    found.push({ entry, score, field: fits.find((each) => each.field)?.field });
  }
  return found.sort((a, b) => b.score - a.score || a.entry.name.localeCompare(b.entry.name)).slice(0, MOST);
}

// The text with the words that were looked for in <mark>; folding keeps one character for one, so places agree.
function marked(node, text, query) {
  const plain = [...text.normalize("NFC")];
  const folded = plain.map((character) => fold(character).slice(0, 1) || character).join("");
  let at = 0;
  const spans = [];
  for (const word of fold(query).split(/\s+/).filter(Boolean)) {
    const start = folded.indexOf(word);
    if (start >= 0) spans.push([start, start + word.length]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  for (const [start, end] of spans) {
    if (start < at) continue;
    const mark = document.createElement("mark");
    mark.textContent = plain.slice(start, end).join("");
    node.append(plain.slice(at, start).join(""), mark);
    at = end;
  }
  node.append(plain.slice(at).join(""));
  return node;
}

function line(form, { entry, field }, place, query, home) {
  const option = document.createElement("li");
  option.id = `found-${place}`;
  option.role = "option";
  const link = document.createElement("a");
  link.href = home + entry.url;
  link.tabIndex = -1;
  const name = marked(document.createElement("b"), entry.name, query);
  if (!entry.public) {
    const inside = document.createElement("i");
    inside.textContent = ` ${form.dataset.internal}`;
    name.append(inside);
  }
  link.append(name, marked(document.createElement("span"), entry.text, query));
  if (field) {
    const hit = document.createElement("span");
    hit.className = "hit";
    hit.append(`${form.dataset.field} `, marked(document.createElement("code"), field.name, query), " ");
    link.append(marked(hit, field.text, query));
  }
  option.append(link);
  return option;
}

export function searching() {
  const form = document.getElementById("search");
  const input = document.getElementById("query");
  const panel = form.querySelector(".found");
  const list = document.getElementById("found");
  const none = form.querySelector(".found-none");
  const status = document.getElementById("found-status");
  const home = document.body.dataset.home;
  let entries = null;
  let chosen = -1;

  async function load() {
    entries ??= fetch(form.dataset.index)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then((found) => found.map(prepare));
    try {
      return await entries;
    } catch {
      entries = null;
      return null;
    }
  }

  function close() {
    panel.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    const options = [...list.children];
    if (!options.length) return;
    chosen = (place + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
  }

  async function show() {
    const query = input.value.trim();
    if (!query) return close();
    const known = await load();
    if (query !== input.value.trim()) return;
    const found = known ? find(known, query) : [];
    list.replaceChildren(...found.map((each, place) => line(form, each, place, query, home)));
    none.hidden = found.length > 0;
    none.textContent = known ? `${form.dataset.none} “${query}”` : form.dataset.failed;
    status.textContent = found.length ? `${found.length} ${form.dataset.count}` : none.textContent;
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (found.length) choose(0);
  }

  input.addEventListener("focus", () => { load(); if (input.value) show(); });
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) show();
      else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      if (panel.hidden) input.value = "";
      close();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.children[chosen]?.querySelector("a").click();
  });
  document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) close(); });
  form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) close(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
}
