// Before the page is drawn: what needs a script is shown only where one runs.
document.documentElement.classList.add("scripted");
