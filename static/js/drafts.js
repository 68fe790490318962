// Keeps what is being typed in [data-draft="CB-1:step"] in this browser until it was sent, for a week at most, apart for
// each person; signing out forgets all of it. A session that locked or a tab that crashed loses no words.
import { memory } from "./page.js";

const PREFIX = "casebook.draft.";
const WEEK_MS = 7 * 24 * 3600 * 1000;
const nameOf = (field) => `${PREFIX}${document.body.dataset.person}.${field.dataset.draft}`;

function keep(field) {
  if (field.value.trim()) memory.set(nameOf(field), JSON.stringify({ text: field.value, at: Date.now() }));
  else memory.remove(nameOf(field));
}

function read(name) {
  try { return JSON.parse(memory.get(name)); } catch { return null; }
}

function restore(within) {
  for (const field of within.querySelectorAll("[data-draft]")) {
    const draft = read(nameOf(field));
    if (draft?.text && !field.value) field.value = draft.text;
  }
}

function forget(form) {
  form.querySelectorAll("[data-draft]").forEach((field) => memory.remove(nameOf(field)));
}

for (const name of memory.keys(PREFIX)) {
  const draft = read(name);
  if (!draft || Date.now() - draft.at > WEEK_MS) memory.remove(name);
}
restore(document);

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-draft]")) keep(event.target);
});
// A refused write comes back with the text in its field, so a native submit may forget; htmx tells how it ended.
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget-drafts]")) memory.keys(PREFIX).forEach(memory.remove);
  else if (!event.target.matches("[hx-post]")) forget(event.target);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form && event.detail.successful) forget(form);
});
document.body.addEventListener("htmx:load", (event) => restore(event.target));
