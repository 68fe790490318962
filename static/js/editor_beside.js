// Beside the editor: the preview follows what is typed, and a rule is tested on a past case, both without saving.
import { csrfHeaders } from "./page.js";

let timer = 0;
let asked = null;

async function fragment(url, body, into, signal) {
  into.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { method: "POST", body, signal, headers: { ...csrfHeaders(), "HX-Request": "true" } });
    if (answer.status === 401) return;
    if (answer.ok || answer.status === 422) window.htmx.swap(into, await answer.text(), { swapStyle: "innerHTML" });
    else into.textContent = answer.status === 404 ? "There is no such case that you may see." : `The server answered ${answer.status}.`;
  } catch (error) {
    if (error.name !== "AbortError") into.textContent = "The server cannot be reached.";
  } finally {
    if (!signal?.aborted) into.removeAttribute("aria-busy");
  }
}

/** Draw the preview of a form as it stands, after `ms`; an earlier drawing that is still under way is dropped. */
export function preview(form, ms = 0) {
  const into = document.getElementById("preview");
  if (!into || !form) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    asked?.abort();
    asked = new AbortController();
    const open = into.querySelector("details")?.open;
    fragment(into.dataset.preview, new FormData(form), into, asked.signal).then(() => {
      if (open && into.querySelector("details")) into.querySelector("details").open = true;
    });
  }, ms);
}

/** Forget the drawing that was planned or is under way: what it is of is about to change. */
export function quiet() {
  clearTimeout(timer);
  asked?.abort();
}

function test(button) {
  const form = document.getElementById("edit-form");
  const field = document.getElementById("try-case");
  if (!field.value.trim()) return field.focus();
  fragment(button.dataset.try, new FormData(form), document.getElementById("try-result"));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-try]");
  if (!button) return;
  event.preventDefault();
  test(button);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "try-case") return;
  event.preventDefault();
  test(document.querySelector("[data-try]"));
});
