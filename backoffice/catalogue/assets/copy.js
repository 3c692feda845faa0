// Copy buttons. Where the clipboard is closed to the page (plain http from another host), the text is selected instead.

async function put(text, node) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(node);
    return document.execCommand("copy");
  }
}

export function copying() {
  for (const button of document.querySelectorAll(".copy")) {
    const said = button.textContent;
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      if (!(await put(code.textContent.trimEnd() + "\n", code))) return;
      button.textContent = button.dataset.copied;
      button.dataset.done = "";
      setTimeout(() => {
        button.textContent = said;
        delete button.dataset.done;
      }, 1600);
    });
  }
}
