// WhatsApp's marks in a text (*bold*, _italic_, ~struck~, ```code```) as elements.

import { make } from "/page/dom.js";

const MARKS = { "*": "strong", _: "em", "~": "s", "```": "code" };
const PATTERN = /```([^`]+)```|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/gu;

export function rich(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(PATTERN)) {
    parts.push(text.slice(from, match.index));
    parts.push(match[1] ? make("code", {}, match[1]) : make(MARKS[match[2]], {}, ...rich(match[3])));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)].filter((part) => part !== "");
}
