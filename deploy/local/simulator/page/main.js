// Wiring the page: which contact is open, and what is sent.

import { Conversation } from "/page/conversation.js";
import { byId, make } from "/page/dom.js";
import { listen } from "/page/live.js";
import { People, shownName } from "/page/people.js";
import { onLanguage, say, speak, translate } from "/page/words.js";

const LINE_PX = 24;
const TALLEST_PX = 150;

let current = null;
let close = () => {};
let connected = true;
let sent = 0;
const drafts = new Map();

const draft = byId("draft");
const conversation = new Conversation({ choose, again });
const people = new People({ open: goTo, business: showBusiness });

function goTo(waId) {
  if (location.hash === `#${waId}`) show();
  else location.hash = waId;
}

function show() {
  const waId = /^#(\d{7,15})$/.exec(location.hash)?.[1] ?? null;
  document.querySelector(".shell").dataset.view = waId ? "chat" : "people";
  byId("chat").dataset.state = waId ? "open" : "empty";
  people.mark(waId);
  if (waId === current) return;
  if (current) drafts.set(current, draft.value);
  current = waId;
  close();
  conversation.clear();
  if (!waId) return;
  setConnected(true);
  close = listen(waId, {
    fresh: () => conversation.startOver(),
    messages: (messages) => conversation.take(messages),
    typing: (typing) => conversation.setTyping(typing),
    connected: setConnected,
  });
  draft.value = drafts.get(waId) ?? "";
  fit();
  showSpeaker();
  if (matchMedia("(hover: hover)").matches) draft.focus();
}

function showBusiness(business) {
  byId("business").textContent = business.name;
  showSpeaker();
}

function showSpeaker() {
  if (!current) return;
  const contact = people.contact(current);
  const who = [contact.pharmacy, shownName(contact)].filter(Boolean).join(" · ");
  byId("speaking-as").textContent = say("speaking_as", { who });
  byId("speaking-as").title = byId("speaking-as").textContent;
}

function setConnected(now) {
  if (!connected && now) people.refresh();
  connected = now;
  const state = byId("connection");
  const words = say(connected ? "connected" : "reconnecting");
  state.dataset.lost = String(!connected);
  if (state.textContent !== words) state.replaceChildren(make("span", {}, words));
}

function sendText(text) {
  const words = text.trim();
  if (words && current) post({ from: current, text: words }, words);
}

function choose(message, type, option) {
  const interactive = { type, [type]: option };
  post({ from: current, message: { type: "interactive", interactive }, reply_to: message.wamid }, option.title);
}

function again(message) {
  conversation.dropPending(message);
  post(message.request, message.text);
}

async function post(request, text) {
  const message = {
    local: `local ${++sent}`,
    author: "contact",
    kind: "text",
    text,
    content: {},
    received_ms: Date.now(),
    status: "sending",
    request,
  };
  conversation.addPending(message);
  try {
    const answer = await fetch("/control/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(request),
    });
    if (!answer.ok) throw new TypeError(`HTTP ${answer.status}`);
    const { wamid } = await answer.json();
    conversation.settlePending(message, { wamid, status: "sent" });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    conversation.settlePending(message, { status: "failed", unsent: true });
  }
}

function fit() {
  draft.style.height = "auto";
  const height = Math.max(draft.scrollHeight + 2, LINE_PX);
  draft.style.height = `${Math.min(height, TALLEST_PX)}px`;
  draft.style.overflowY = height > TALLEST_PX ? "auto" : "hidden";
  byId("send").disabled = draft.value.trim() === "";
}

function submit() {
  sendText(draft.value);
  draft.value = "";
  fit();
}

byId("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  draft.focus();
});

draft.addEventListener("input", fit);
draft.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});

byId("back").addEventListener("click", () => {
  const left = current;
  location.hash = "";
  requestAnimationFrame(() => document.querySelector(`[data-contact="${left}"]`)?.focus());
});

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => speak(button.dataset.language));
}

onLanguage(() => {
  byId("chips").replaceChildren(
    ...say("chips").map((words) =>
      make("button", { type: "button", lang: "pt-BR", onclick: () => sendText(words) }, words),
    ),
  );
  setConnected(connected);
  showSpeaker();
  conversation.draw();
});

addEventListener("hashchange", show);
translate();
show();
await people.refresh();
showSpeaker();
