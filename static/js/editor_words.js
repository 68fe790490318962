// A rule while it is typed: what it says in words or what is wrong, and its vocabulary put in where the cursor stands.
import { csrfHeaders } from "./page.js";

const CHECK_MS = 350;
let timer = 0;

async function check(area) {
  const into = document.getElementById("rule");
  const body = new FormData();
  body.set("expression", area.value);
  try {
    const answer = await fetch(area.dataset.rule, { method: "POST", body, headers: { ...csrfHeaders(), "HX-Request": "true" } });
    if (!answer.ok) return;
    window.htmx.swap(into, await answer.text(), { swapStyle: "innerHTML" });
    area.setAttribute("aria-invalid", into.querySelector(".faults") ? "true" : "false");
  } catch { /* the state beside the name says that the server is away */ }
}

/** Put text in at the cursor. Where the line is indented, what follows its own first line is indented as deep. */
function insert(area, text) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const line = value.slice(value.lastIndexOf("\n", from - 1) + 1, from);
  const indent = " ".repeat(line.length);
  area.setRangeText(text.replaceAll("\n", `\n${indent}`), from, to, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("[data-rule]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => check(event.target), CHECK_MS);
});
document.addEventListener("click", (event) => {
  const term = event.target.closest("[data-insert]");
  const area = document.querySelector("[data-rule]");
  if (term && area) insert(area, term.dataset.insert.replaceAll("\\n", "\n"));
});
