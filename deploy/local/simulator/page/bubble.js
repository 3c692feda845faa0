// One message as an element.

import { icon, make } from "/page/dom.js";
import { rich } from "/page/rich.js";
import { say } from "/page/words.js";

const TICKS = { sending: "sending", accepted: "one", sent: "one", delivered: "two", read: "two", failed: "alert" };

export const isMine = (message) => message.author === "contact";

// `find` gives the message with a wamid; `choose` answers an interactive message; `again` sends a failed one again.
export function bubble(message, { firstOfTurn, find, choose, again }) {
  const side = isMine(message) ? "mine" : "theirs";
  return make(
    "li",
    { class: `bubble ${side}${firstOfTurn ? " turn" : ""}`, "data-wamid": message.wamid, "data-status": message.status },
    quote(message.reply_to ? find(message.reply_to) : null),
    make("div", { class: "words" }, ...words(message)),
    meta(message),
    choices(message, choose),
    failure(message, again),
  );
}

// A message that is shown already has another status now: its words stay untouched, so that they are not read out again.
export function restatus(node, message, { again }) {
  if (node.dataset.status === message.status) return;
  node.dataset.status = message.status;
  node.querySelector(".meta").replaceWith(meta(message));
  node.querySelector(".failure")?.remove();
  const failed = failure(message, again);
  if (failed) node.append(failed);
}

function words(message) {
  return message.text ? rich(message.text) : [make("em", {}, say("kind", { kind: message.kind }))];
}

function quote(quoted) {
  if (!quoted) return null;
  const who = isMine(quoted) ? say("you") : "Balcão";
  return make("div", { class: "quote" }, make("b", {}, who), make("span", {}, quoted.text ?? say("kind", quoted)));
}

function meta(message) {
  const at = new Date(message.received_ms);
  const clock = at.toLocaleTimeString(say("locale"), { hour: "2-digit", minute: "2-digit" });
  const time = make("time", { datetime: at.toISOString() }, clock);
  if (!isMine(message)) return make("div", { class: "meta", "aria-live": "off" }, time);
  const status = message.status === "accepted" ? "sent" : message.status;
  return make("div", { class: "meta", "aria-live": "off" }, time, icon(TICKS[status], say(`status_${status}`), status));
}

function failure(message, again) {
  if (message.status !== "failed") return null;
  if (!message.unsent) return make("p", { class: "failure" }, say("failed"));
  const retry = make("button", { type: "button", onclick: () => again(message) }, say("retry"));
  return make("p", { class: "failure", role: "alert" }, say("not_sent"), " ", retry);
}

function choices(message, choose) {
  const action = message.kind === "interactive" && !isMine(message) ? message.content.action : null;
  if (!action) return null;
  const box = make("div", { class: "choices" });
  const add = (type, option) =>
    box.append(
      make(
        "button",
        { type: "button", onclick: () => choose(message, type, option) },
        option.title,
        option.description ? make("small", {}, option.description) : null,
      ),
    );
  for (const button of action.buttons ?? []) add("button_reply", button.reply);
  for (const section of action.sections ?? []) {
    if (section.title) box.append(make("span", { class: "group" }, section.title));
    for (const row of section.rows) add("list_reply", row);
  }
  return box;
}
