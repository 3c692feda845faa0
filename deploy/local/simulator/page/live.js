// The stream of one conversation. The browser reconnects by itself and says where it stopped; this adds a watchdog
// for connections that died silently, and a new start after an answer that is no stream.

const SILENCE_MS = 25_000;
const AGAIN_MS = 1_000;

export function listen(contact, { fresh, messages, typing, connected }) {
  let source = null;
  let timer = 0;
  let closed = false;

  function restartAfter(ms) {
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  }

  function alive() {
    if (closed) return;
    connected(true);
    restartAfter(SILENCE_MS);
  }

  function open() {
    source?.close();
    if (closed) return;
    restartAfter(SILENCE_MS);
    source = new EventSource(`/control/conversations/${contact}/events`);
    const on = (name, react) =>
      source.addEventListener(name, (event) => {
        alive();
        if (!closed) react(JSON.parse(event.data));
      });
    on("hello", (data) => data.fresh && fresh());
    on("messages", (data) => messages(data.messages));
    on("typing", (data) => typing(data.typing));
    on("beat", () => {});
    source.addEventListener("error", (event) => {
      if (closed) return;
      connected(false);
      if (event.target.readyState === EventSource.CLOSED) restartAfter(AGAIN_MS);
    });
  }

  open();
  return function close() {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}
