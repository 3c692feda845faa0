// The list of contacts a person may chat as.

import { byId, make } from "/page/dom.js";
import { onLanguage, say } from "/page/words.js";

const REFRESH_MS = 10_000;
const HUES = 6;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function shownName(contact) {
  return contact.name ?? shownNumber(contact.wa_id);
}

export function shownNumber(waId) {
  const brazil = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(waId);
  return brazil ? `+55 ${brazil[1]} ${brazil[2]}-${brazil[3]}` : `+${waId}`;
}

function initials(contact) {
  const words = (contact.name ?? "").split(/\s+/).filter(Boolean);
  if (words.length === 0) return contact.wa_id.slice(-2);
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

export class People {
  constructor({ open, business }) {
    this.open = open;
    this.business = business;
    this.contacts = [];
    this.current = null;
    this.problem = null;
    byId("search").addEventListener("input", () => this.draw());
    byId("other").addEventListener("submit", (event) => this.openNumber(event));
    byId("number").addEventListener("input", () => (byId("number-problem").textContent = ""));
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    setInterval(() => document.hidden || this.refresh(), REFRESH_MS);
    onLanguage(() => this.draw());
  }

  async refresh() {
    try {
      const answer = await fetch("/control/contacts");
      if (!answer.ok) return;
      const { contacts, business, problem } = await answer.json();
      const changed = JSON.stringify([contacts, problem]) !== JSON.stringify([this.contacts, this.problem]);
      this.contacts = contacts;
      this.problem = problem;
      this.business(business);
      if (changed) this.draw();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // a TypeError is fetch's word for "no connection": the stream shows it
    }
  }

  contact(waId) {
    return this.contacts.find((contact) => contact.wa_id === waId) ?? { wa_id: waId, name: null, pharmacy: null };
  }

  mark(waId) {
    this.current = waId;
    this.draw();
  }

  openNumber(event) {
    event.preventDefault();
    const digits = byId("number").value.replace(/[\s().+-]/g, "");
    if (!/^\d{7,15}$/.test(digits)) {
      byId("number-problem").textContent = say("number_problem");
      byId("number").focus();
      return;
    }
    byId("number").value = "";
    this.open(digits);
  }

  draw() {
    const wanted = fold(byId("search").value.trim());
    const found = this.contacts.filter((contact) =>
      fold([contact.name, contact.pharmacy, contact.wa_id].filter(Boolean).join(" ")).includes(wanted),
    );
    const focused = document.activeElement?.closest?.("#contacts button")?.dataset.contact;
    const list = byId("contacts");
    list.replaceChildren(...found.map((contact) => this.line(contact)));
    if (found.length === 0) list.append(make("li", { class: "none" }, say(wanted ? "no_match" : "no_contacts")));
    if (focused) list.querySelector(`[data-contact="${focused}"]`)?.focus();
    byId("contacts-problem").hidden = !this.problem;
    byId("contacts-problem").textContent = this.problem ? say("contacts_problem") : "";
  }

  line(contact) {
    const hue = Number(contact.wa_id.slice(-3)) % HUES;
    return make(
      "li",
      {},
      make(
        "button",
        {
          type: "button",
          "data-contact": contact.wa_id,
          "aria-current": String(contact.wa_id === this.current),
          onclick: () => this.open(contact.wa_id),
        },
        make("span", { class: `face hue-${hue}`, "aria-hidden": "true" }, initials(contact)),
        make(
          "span",
          { class: "who" },
          make("b", {}, contact.pharmacy ?? shownName(contact)),
          make("span", {}, contact.pharmacy ? shownName(contact) : contact.name ? shownNumber(contact.wa_id) : say("unlisted")),
        ),
      ),
    );
  }
}
