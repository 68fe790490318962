// The editor's page: what is typed is kept in this browser at once, saved to the draft after a pause, and saved before
// anything leads away. Every act is a plain form without this file; nothing here knows what a card is.
import { csrfHeaders, memory, say } from "./page.js";
import { preview, quiet } from "./editor_beside.js";
import { showFlaws, drawGutter } from "./editor_source.js";
import "./editor_outline.js";
import "./editor_words.js";

const SAVE_MS = 1200;
const RETRY_MS = 5000;
const PREFIX = "casebook.draft.";
let dirty = false;
let timer = 0;
let saving = null;
let leaving = "";

const root = () => document.getElementById("editor");
const form = () => document.getElementById("edit-form");
const state = () => document.getElementById("editor-state");
const notice = (name) => document.getElementById(`editor-${name}`);
const address = () => `/playbooks/${root().dataset.editor}/edit/`;
const place = () => `${PREFIX}${document.body.dataset.person}.playbook:${root().dataset.editor}:${root().dataset.way}:${root().dataset.step}`;

// --- kept in this browser ------------------------------------------------------------------------------------------

const typed = (of) => [...new FormData(of)].filter(([name]) => !["csrfmiddlewaretoken", "revision", "case"].includes(name));

function keep() {
  memory.set(place(), JSON.stringify({ text: JSON.stringify(typed(form())), at: Date.now() }));
}

function kept() {
  try { return JSON.parse(memory.get(place())); } catch { return null; }
}

function offerKept() {
  const found = kept();
  if (!found) return;
  if (found.text === JSON.stringify(typed(form()))) return memory.remove(place());
  notice("kept").querySelector("[data-text]").textContent = new Date(found.at).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
  notice("kept").hidden = false;
}

function putBack() {
  const entries = JSON.parse(kept().text);
  const names = new Set(entries.map(([name]) => name));
  for (const field of form().elements) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = entries.some(([name, value]) => name === field.name && value === field.value);
  }
  for (const name of names) {
    const values = entries.filter(([one]) => one === name).map(([, value]) => value);
    [...form().querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=checkbox], [type=radio], [type=hidden])`)].forEach((field, at) => { field.value = values[at] ?? ""; });
  }
  notice("kept").hidden = true;
  form().querySelector("textarea, input:not([type=hidden])").dispatchEvent(new Event("input", { bubbles: true }));
}

// --- saved to the draft ----------------------------------------------------------------------------------------------

function tell(text, refused = false) {
  state().textContent = text;
  state().toggleAttribute("data-refused", refused);
}

export function revisionIs(number) {
  document.querySelectorAll("#editor [name=revision]").forEach((field) => { field.value = number; });
}

/** A post of the editor: {status, told}. A session that ended answers 401, never a page. */
export async function post(url, body) {
  const headers = { ...csrfHeaders(), Accept: "application/json", "HX-Request": "true" };
  const answer = await fetch(url, { method: "POST", body, headers });
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  return { status: answer.status, told: isJson ? await answer.json() : {} };
}

async function send() {
  const of = form();
  dirty = false;
  tell("Saving …");
  let answer;
  try {
    answer = await post(address(), new FormData(of));
  } catch {
    dirty = true;
    plan(RETRY_MS);
    tell("Not saved: the server cannot be reached. Kept in this browser; trying again", true);
    return false;
  }
  return answer.status === 200 ? saved(answer.told) : refused(answer);
}

function saved({ revision, flaws }) {
  revisionIs(revision);
  if (!dirty) memory.remove(place());
  ["conflict", "kept", "out"].forEach((name) => { notice(name).hidden = true; });
  const count = flaws?.length || 0;
  tell(count ? `Saved, with ${count} thing${count > 1 ? "s" : ""} to mend` : "Saved");
  showFlaws(flaws || []);
  notice("unread").hidden = !count;
  document.querySelector("[data-steps]").setAttribute("aria-disabled", String(count > 0));
  return true;
}

function refused({ status, told }) {
  dirty = true;
  if (status === 401 || status === 403) {
    notice("out").hidden = false;
    tell("Not saved: you are signed out", true);
  } else if (status === 409 && told.revision) {
    notice("conflict").querySelector("[data-text]").textContent = told.detail;
    notice("conflict").dataset.revision = told.revision;
    notice("conflict").hidden = false;
    tell("Not saved", true);
  } else {
    const wrong = Object.values(told.errors || {}).flat()[0];
    tell(`Not saved: ${wrong || told.detail || `the server answered ${status}`}`, true);
  }
  return false;
}

/** Save what was typed, one post at a time. True where nothing is left to save. */
export async function flush() {
  clearTimeout(timer);
  while (saving) await saving;
  if (!dirty) return true;
  saving = send().finally(() => { saving = null; });
  return saving;
}

function plan(ms = SAVE_MS) {
  clearTimeout(timer);
  timer = setTimeout(flush, ms);
}

/** Show the draft at another step without leaving the page. */
export async function show(url) {
  await window.htmx.ajax("GET", url, { source: "#editor", target: "#editor", select: "#editor", swap: "outerHTML" });
  history.replaceState(null, "", url);
  begin();
}

/** Do one act of the outline: what was typed is saved first. Resolves to the step's key, or null where it was refused. */
export async function act(fields) {
  if (!(await flush())) {
    say("Save what you typed first.", { level: "error" });
    return null;
  }
  quiet();
  const body = new URLSearchParams({ ...fields, revision: document.querySelector("#editor [name=revision]").value });
  try {
    const { status, told } = await post(address(), body);
    if (status === 200) {
      await show(`${address()}${told.key ? `?step=${encodeURIComponent(told.key)}` : ""}`);
      return told.key;
    }
    say(status === 401 || status === 403 ? "You are signed out." : told.detail || `That did not work (${status}).`, { level: "error" });
  } catch {
    say("Not done: the server cannot be reached.", { level: "error" });
  }
  return null;
}

// --- the page ----------------------------------------------------------------------------------------------------------

function begin() {
  dirty = false;
  leaving = "";
  drawGutter();
  offerKept();
  preview(form());
}

document.addEventListener("input", (event) => {
  if (!form() || event.target.form !== form() || event.target.name === "case") return;
  dirty = true;
  leaving = "";
  keep();
  tell("Not saved yet");
  if (form().hasAttribute("data-autosave") && notice("conflict").hidden) plan();
  preview(form(), 350);
  const line = document.querySelector('.outline [aria-current="step"] .t');
  if (event.target.id === "f-text" && line) line.textContent = event.target.value;
});

document.addEventListener("submit", (event) => {
  if (event.target === form() && !event.submitter?.hasAttribute("formaction")) {
    event.preventDefault();
    dirty = true;
    flush();
  } else if (event.target.matches("#editor [data-act]")) {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target, event.submitter));
    delete fields.csrfmiddlewaretoken;
    act(fields).then((key) => key && document.getElementById("f-text")?.focus());
  }
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("#editor a[data-leave], #editor a[data-publish]");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    if (link.getAttribute("aria-disabled") === "true") return event.preventDefault();
    if (link.matches("[data-publish]")) {
      event.preventDefault();
      if (await flush()) openPublish(link.href);
    } else if (dirty || saving) {
      event.preventDefault();
      // What cannot be saved stays in this browser; whoever asks twice may go.
      if (await flush() || leaving === link.href) window.location.assign(link.href);
      else leaving = link.href;
    }
  } else if (event.target.closest("[data-over]")) {
    revisionIs(notice("conflict").dataset.revision);
    dirty = true;
    flush();
  } else if (event.target.closest("[data-restore]")) {
    putBack();
  } else if (event.target.closest("[data-forget]")) {
    memory.remove(place());
    notice("kept").hidden = true;
  }
});

async function openPublish(url) {
  const dialog = document.getElementById("publish-draft");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return window.location.assign(url);
  window.htmx.swap(dialog, await answer.text(), { swapStyle: "innerHTML" });
  dialog.showModal();
  dialog.querySelector("textarea")?.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s" && form()) {
    event.preventDefault();
    dirty = true;
    flush();
  }
});

if (root()) begin();
