// The messages of the open conversation: what is known, and how it is drawn.

import { bubble, isMine, restatus } from "/page/bubble.js";
import { byId, make } from "/page/dom.js";
import { say } from "/page/words.js";

const WAITING_MS = 25_000;
const NEAR_END_PX = 120;

export class Conversation {
  constructor({ choose, again }) {
    this.actions = { choose, again, find: (wamid) => this.known.get(wamid) };
    this.scroll = byId("scroll");
    this.list = byId("messages");
    this.scroll.addEventListener("scroll", () => this.offerNewest());
    byId("newest").addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(this.scroll);
    this.clear();
  }

  clear() {
    this.known = new Map();
    this.locals = new Map();
    this.pending = [];
    this.typing = false;
    this.pinned = true;
    clearTimeout(this.timer);
    this.list.setAttribute("aria-busy", "true");
    this.draw();
  }

  // What the server says replaces what was known; a pending message that it names is pending no more.
  take(messages) {
    for (const message of messages) {
      const twin = this.known.has(message.wamid) ? null : this.twinOf(message);
      if (twin) {
        this.locals.set(message.wamid, twin.local);
        this.pending = this.pending.filter((waiting) => waiting !== twin);
      }
      this.known.set(message.wamid, message);
    }
    this.draw();
    this.list.setAttribute("aria-busy", "false");
  }

  // The stream may tell of a message before the answer to its sending is here, or when that answer was lost.
  twinOf(message) {
    if (!isMine(message)) return null;
    return (
      this.pending.find((waiting) => waiting.wamid === message.wamid) ??
      this.pending.find((waiting) => !waiting.wamid && waiting.text === message.text)
    );
  }

  startOver() {
    this.known = new Map();
  }

  addPending(message) {
    this.pending.push(message);
    this.pinned = true;
    this.draw();
  }

  settlePending(message, change) {
    Object.assign(message, change);
    this.draw();
  }

  dropPending(message) {
    this.pending = this.pending.filter((other) => other !== message);
    this.draw();
  }

  setTyping(typing) {
    this.typing = typing;
    this.showTyping();
  }

  get messages() {
    return [...[...this.known.values()].sort((a, b) => a.seq - b.seq), ...this.pending];
  }

  draw() {
    const nodes = new Map([...this.list.children].map((node) => [node.dataset.key, node]));
    const wanted = [];
    let before = null;
    for (const message of this.messages) {
      const day = new Date(message.received_ms).toDateString();
      if (!before || day !== new Date(before.received_ms).toDateString()) {
        wanted.push(this.reuse(nodes, `day ${day} ${say("locale")}`, () => make("li", { class: "day" }, dayName(day))));
        before = null;
      }
      const firstOfTurn = !before || before.author !== message.author;
      const id = message.local ?? this.locals.get(message.wamid) ?? message.wamid;
      const key = [id, firstOfTurn, say("locale")].join(" ");
      const node = this.reuse(nodes, key, () => bubble(message, { firstOfTurn, ...this.actions }));
      restatus(node, message, this.actions);
      wanted.push(node);
      before = message;
    }
    this.arrange(wanted);
    byId("hint").hidden = wanted.length > 0;
    this.showTyping();
    if (this.pinned) this.toEnd();
    else this.offerNewest();
  }

  reuse(nodes, key, build) {
    const node = nodes.get(key) ?? build();
    node.dataset.key = key;
    return node;
  }

  // Only what changed is touched, so that a screen reader hears only what is new.
  arrange(wanted) {
    const keep = new Set(wanted);
    for (const node of [...this.list.children]) if (!keep.has(node)) node.remove();
    wanted.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
  }

  // Somebody answers: the platform said so, or it has our last message and has not replied yet.
  showTyping() {
    const last = this.messages.at(-1);
    const since = last ? Date.now() - last.received_ms : 0;
    const waiting = Boolean(last && isMine(last) && ["delivered", "read"].includes(last.status) && since < WAITING_MS);
    const shown = (this.typing && !(last && !isMine(last))) || waiting;
    byId("typing").hidden = !shown;
    clearTimeout(this.timer);
    if (waiting) this.timer = setTimeout(() => this.showTyping(), WAITING_MS - since + 50);
    if (shown && this.pinned) this.toEnd();
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.pinned = true;
    byId("newest").hidden = true;
  }

  offerNewest() {
    const left = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight;
    this.pinned = left < NEAR_END_PX;
    byId("newest").hidden = this.pinned;
  }
}

function dayName(day) {
  const date = new Date(day);
  const days = Math.round((new Date(new Date().toDateString()) - date) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return date.toLocaleDateString(say("locale"), { weekday: "long", day: "numeric", month: "long" });
}
