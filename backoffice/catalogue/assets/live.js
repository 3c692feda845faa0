// Live figures: asks the server that served the page, while the page is looked at.

const EVERY = 3000;
const SVG = "http://www.w3.org/2000/svg";
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
const ago = new Intl.RelativeTimeFormat(language, { numeric: "always", style: "short" });

const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", Infinity]];

export function age(seconds, now) {
  if (seconds < 1) return now;
  let count = seconds;
  for (const [unit, most] of STEPS) {
    if (count < most) return ago.format(-Math.floor(count), unit);
    count /= most;
  }
  return now;
}

async function ask(path) {
  const answer = await fetch(document.body.dataset.root + path, { cache: "no-store", signal: AbortSignal.timeout(10000) });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function draw(chart, minutes, label) {
  const most = Math.max(...minutes, 1);
  const step = 300 / minutes.length;
  chart.replaceChildren(...minutes.map((count, place) => {
    const bar = document.createElementNS(SVG, "rect");
    const height = count ? Math.max(2, (count / most) * 46) : 1;
    for (const [name, value] of Object.entries({ x: place * step + 1, y: 48 - height, width: step - 2, height })) bar.setAttribute(name, value);
    if (!count) bar.setAttribute("class", "rest");
    return bar;
  }));
  chart.setAttribute("aria-label", `${label} ${minutes.map((count) => number.format(count)).join(", ")}`);
}

function card(section) {
  const note = section.querySelector(".live-note");
  const figures = section.querySelector(".live-figures");
  const graph = section.querySelector(".live-chart");
  const put = (id, text) => { document.getElementById(id).textContent = text; };
  return async () => {
    let found;
    try {
      found = await ask(`live/${encodeURIComponent(section.dataset.topic)}.json`);
    } catch {
      found = { state: "away" };
    }
    const here = found.state === "ok";
    section.dataset.state = found.state;
    note.hidden = here;
    figures.hidden = graph.hidden = !here;
    if (!here) {
      note.textContent = section.dataset[found.state] ?? section.dataset.away;
      return;
    }
    put("live-age", found.age_seconds === null ? section.dataset.never : age(found.age_seconds, section.dataset.now));
    put("live-rate", number.format(found.per_minute));
    put("live-total", number.format(found.records));
    draw(document.getElementById("live-chart"), found.minutes, section.dataset.chart);
  };
}

function list(cells) {
  return async () => {
    let ages = {};
    try {
      ages = (await ask("live.json")).age_seconds;
    } catch {
      // the list is complete without
    }
    for (const cell of cells) {
      const seconds = ages[cell.dataset.topic];
      cell.textContent = seconds === undefined || seconds === null ? "" : age(seconds, ago.format(0, "second"));
      cell.toggleAttribute("data-fresh", seconds !== undefined && seconds !== null && seconds < 60);
    }
  };
}

export function living() {
  if (document.body.dataset.live !== "yes") return;
  const section = document.getElementById("live");
  const cells = document.querySelectorAll(".age[data-topic]");
  const look = section ? card(section) : cells.length ? list(cells) : null;
  if (!look) return;
  let waiting = null;
  const turn = async () => {
    clearTimeout(waiting);
    if (!document.hidden) await look();
    clearTimeout(waiting);
    waiting = setTimeout(turn, EVERY);
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) turn(); });
  turn();
}
