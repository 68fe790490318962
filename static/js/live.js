// Live pages by polling: asks `changes` what has happened, says so on the body as "casebook:changed", and lets htmx
// fetch the parts that listen (hx-trigger="casebook:changed from:body") again under the viewer's own rights.
//
// A part with data-live-case="CB-1 CB-2" is fetched only when one of them is named; with data-live-verb="case.opened" only
// for verbs that begin so. No part is swapped under a pressed pointer, while something inside it has the focus
// to type, is selected, or is an open dialog: it is owed, and paid when the hands are off.
import { isTyping } from "./page.js";

const VISIBLE_MS = 2000;
const HIDDEN_MS = 15000;
const SLOWEST_MS = 60000;
const SAY_AFTER = 3;
const { changesUrl, signinUrl } = document.body.dataset;
const state = document.getElementById("live-state");
const owed = new Map();
let since = document.body.dataset.changesSince || "";
let failures = 0;
let timer = 0;
let pointerDown = false;

// --- asking -----------------------------------------------------------------------------------------------------

const pause = () => {
  const base = document.hidden ? HIDDEN_MS : VISIBLE_MS;
  return failures ? Math.min(base * 2 ** failures, SLOWEST_MS) : base;
};

function plan(ms = pause()) {
  clearTimeout(timer);
  timer = setTimeout(ask, ms);
}

function tell(text, link) {
  if (!state) return;
  state.hidden = !text;
  state.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: link, textContent: "Sign in", className: "link" });
    state.append(" ", anchor);
  }
}

async function ask() {
  try {
    const url = since ? `${changesUrl}?since=${encodeURIComponent(since)}` : changesUrl;
    const answer = await fetch(url, { headers: { Accept: "application/json", "X-Casebook-Live": "1" }, cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (answer.status === 401 || answer.status === 403) {
      tell("You are signed out, so this page no longer changes by itself.", signinUrl);
      return;
    }
    if (!answer.ok && answer.status !== 304) throw new Error(`changes answered ${answer.status}`);
    failures = 0;
    tell("");
    if (answer.status === 200) hear(await answer.json());
  } catch {
    failures += 1;
    if (failures >= SAY_AFTER) tell("The server cannot be reached. What you see may be old; trying again.");
  }
  plan();
}

function hear({ next, changes }) {
  const first = !since;
  since = next || since;
  if (!first && changes?.length) announce({ changes });
}

/** `only` limits the call to parts that were owed; without it every listening part looks for itself. */
function announce({ changes, only = null }) {
  const cases = new Set(changes.map((change) => change.case).filter(Boolean));
  document.body.dispatchEvent(new CustomEvent("casebook:changed", { detail: { changes, cases, only } }));
}

// --- which parts, and when --------------------------------------------------------------------------------------

function concerns(part, { changes, cases, only }) {
  if (only && !only.has(part)) return false;
  const { liveCase, liveVerb } = part.dataset;
  if (liveCase && !liveCase.split(" ").some((ref) => cases.has(ref))) return false;
  return !liveVerb || changes.some((change) => liveVerb.split(" ").some((verb) => change.verb.startsWith(verb)));
}

function isBusy(part) {
  if (pointerDown) return true;
  const focused = document.activeElement;
  if (focused && part.contains(focused) && isTyping(focused)) return true;
  const selection = document.getSelection();
  if (selection?.type === "Range" && part.contains(selection.anchorNode)) return true;
  return part.querySelector("dialog[open], :popover-open") !== null;
}

const called = (event) => {
  const trigger = event.detail.requestConfig?.triggeringEvent;
  return trigger?.type === "casebook:changed" ? trigger.detail : null;
};

// The page asks by itself: the server must not take it for a person being there (sessions lock when idle).
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.triggeringEvent?.type === "casebook:changed") event.detail.headers["X-Casebook-Live"] = "1";
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const news = called(event);
  if (!news) return;
  const part = event.detail.elt;
  if (!concerns(part, news)) event.preventDefault();
  else if (isBusy(part)) {
    owed.set(part, news.changes);
    event.preventDefault();
  }
});

// The hands may have come back while the answer was under way.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const news = called(event);
  if (!news || !isBusy(event.detail.target)) return;
  event.detail.shouldSwap = false;
  owed.set(event.detail.elt, news.changes);
});

function pay() {
  if (!owed.size || pointerDown) return;
  const due = [...owed].filter(([part]) => part.isConnected && !isBusy(part));
  for (const part of [...owed.keys()]) if (!part.isConnected) owed.delete(part);
  if (!due.length) return;
  due.forEach(([part]) => owed.delete(part));
  announce({ changes: due.flatMap(([, changes]) => changes), only: new Set(due.map(([part]) => part)) });
}

// --- what a swap must not lose ----------------------------------------------------------------------------------

let openDetails = [];
let ticked = [];
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  openDetails = [...target.querySelectorAll("details[open][id]")].map((element) => element.id);
  // A box ticked and not sent yet; words are drafts.js's. What a form's own answer brings stands as it comes.
  const boxes = called(event) ? [...target.querySelectorAll("input[type=checkbox][id]")] : [];
  ticked = boxes.filter((box) => box.checked !== box.defaultChecked).map((box) => [box.id, box.checked]);
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  for (const id of openDetails) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, checked] of ticked) {
    const box = document.getElementById(id);
    if (box) box.checked = checked;
  }
  const count = (event.detail.elt.closest?.("[data-title-count]") || event.detail.elt.querySelector?.("[data-title-count]"))?.dataset.titleCount;
  if (count !== undefined) document.title = document.title.replace(/^\(\d+\) |^/, Number(count) ? `(${count}) ` : "");
});

// --- start ------------------------------------------------------------------------------------------------------

if (changesUrl) {
  document.addEventListener("pointerdown", () => { pointerDown = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => { pointerDown = false; setTimeout(pay, 50); }, true);
  }
  for (const name of ["focusout", "selectionchange", "close", "toggle"]) document.addEventListener(name, () => setTimeout(pay, 50), true);
  document.addEventListener("visibilitychange", () => plan(document.hidden ? HIDDEN_MS : 0));
  plan(since ? VISIBLE_MS : 0);
}
