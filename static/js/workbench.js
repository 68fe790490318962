// What the pages of a case add to htmx: forms of verbs in one dialog, refusals shown where they were made,
// and words that are forgotten only once they were sent.
const sheet = document.getElementById("sheet");
const written = new Map();
const SHOWN = new Set([409, 422]);
const ASKS_STEP = "form[data-answer], form[data-sheet], form[hx-target='#step'], #step";

const asker = (event) => event.detail.requestConfig?.elt ?? event.detail.elt;

// A refused form comes back whole, with what is wrong and what was typed: show it instead of a message.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (SHOWN.has(xhr.status) && asker(event).matches(ASKS_STEP)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// The form is gone once its answer is shown, so what was kept of its words is let go here (drafts.js keeps by input).
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const form = asker(event);
  if (event.detail.xhr.status >= 400 || !form.matches("form[data-answer]")) return;
  for (const field of form.querySelectorAll("[data-draft]")) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// The facts stay where they were scrolled to when they are fetched again.
let scrolled = 0;
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "facts-list") scrolled = event.detail.target.scrollTop;
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt.id === "facts-list") event.detail.elt.scrollTop = scrolled;
  if (event.detail.target === sheet) open();
  else if (event.detail.target.id === "step" || event.detail.elt.id === "step") settle();
});

function open() {
  sheet.classList.toggle("wide", sheet.querySelector("[data-wide]") !== null);
  document.querySelectorAll(":popover-open").forEach((menu) => menu.hidePopover());
  for (const field of sheet.querySelectorAll("textarea[data-draft]")) {
    written.set(field, field.value);
    field.value = "";
  }
  if (!sheet.open) sheet.showModal();
  const wrong = sheet.querySelector("[aria-invalid='true']");
  (wrong || sheet.querySelector(".body :is(input, select, textarea):not([type=hidden], [readonly])"))?.focus();
}

// Words begun earlier stand in place of what was written for the form; drafts.js puts them back in an empty field.
document.body.addEventListener("htmx:load", () => {
  for (const [field, text] of written) if (!field.value) field.value = text;
  written.clear();
});

function settle() {
  const step = document.getElementById("step");
  step?.querySelector("[autofocus]")?.focus();
  document.querySelector(".rail [aria-current]")?.scrollIntoView({ block: "nearest" });
}

// What is unfolded comes into view: the attach form may open below the fold, "cannot tell" asks to be written in.
document.addEventListener("click", (event) => {
  const details = event.target.closest?.("details[data-reveal] > summary")?.parentElement;
  if (!details) return;
  setTimeout(() => {
    if (!details.open) return;
    if (details.dataset.reveal === "focus") details.querySelector("textarea")?.focus({ preventScroll: true });
    details.scrollIntoView({ block: details.dataset.reveal === "focus" ? "nearest" : "start" });
  });
});

// Close and cancel are links, so that the form works as a page; here they only shut the dialog (dialog.js).
sheet?.addEventListener("click", (event) => {
  if (event.target.closest("a[data-close]")) event.preventDefault();
});
sheet?.addEventListener("close", () => sheet.replaceChildren());

// Ctrl+Enter in the note gives the answer that waits for it, or else the proposed one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form[data-answer], form[data-sheet]");
  const button = form?.querySelector("[data-pending], #accept, footer .go");
  if (!button) return;
  event.preventDefault();
  button.click();
});

// The offer to undo leaves the page as it is taken up, so the step asks in its stead.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-undo]")) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(event.target));
  htmx.ajax("POST", event.target.action, { source: "#step", target: "#step", swap: "outerHTML", values });
});

// "As generated" is a reset: what was kept of the words goes with them.
sheet?.addEventListener("reset", (event) => {
  const form = event.target;
  setTimeout(() => form.querySelectorAll("[data-draft]").forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true }))));
});
