// Sends files of form[data-upload] as they are dropped or chosen, shows how far they are, then asks for each piece of
// evidence every 300 ms until it was read, and tells the page (as if `changes` had) so that its parts refresh at once.
// Without this file the form posts as any other.
import { csrfHeaders, say } from "./page.js";

const ASK_MS = 300;
const ASK_SLOWLY_MS = 2000;
const SLOW_AFTER_MS = 60000;
const STILL_READING = new Set(["queued", "reading"]);
const WORDS = {
  queued: "waiting to be read", reading: "being read", ready: "read", not_understood: "kept, but its format is not known",
  refused: "refused", failed: "could not be read",
};

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function line(list, name) {
  const item = document.createElement("li");
  const text = document.createElement("div");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(text, bar);
  list.append(item);
  return {
    show(words, share) {
      text.textContent = `${name}: ${words}`;
      if (share === undefined) bar.removeAttribute("value");
      else bar.value = share;
    },
    end(words, bad) {
      text.textContent = `${name}: ${words}`;
      text.classList.toggle("bad", Boolean(bad));
      bar.remove();
    },
  };
}

/** POST with progress (fetch tells nothing about the way up); resolves to status and parsed body. */
function post(url, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries({ ...csrfHeaders(), Accept: "application/json" })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      let json = {};
      try { json = JSON.parse(request.responseText); } catch { /* a proxy's page */ }
      resolve({ status: request.status, json, location: request.getResponseHeader("Location") });
    });
    request.addEventListener("error", () => reject(new Error("not sent")));
    request.send(body);
  });
}

async function follow(url, show) {
  const begun = Date.now();
  for (;;) {
    const answer = await fetch(url, { headers: { Accept: "application/json", "X-Casebook-Live": "1" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`evidence answered ${answer.status}`);
    const evidence = await answer.json();
    if (!STILL_READING.has(evidence.state)) return evidence;
    show(WORDS[evidence.state], evidence.progress ?? undefined);
    await wait(Date.now() - begun > SLOW_AFTER_MS ? ASK_SLOWLY_MS : ASK_MS);
  }
}

function counted({ lines, understood, not_understood: not }) {
  if (!lines) return "";
  const number = new Intl.NumberFormat("en");
  return not ? `, ${number.format(not)} of ${number.format(lines)} lines not understood` : `, ${number.format(understood ?? lines)} lines`;
}

async function send(form, file, list) {
  const shown = line(list, file.name);
  const body = new FormData(form);
  for (const name of [form.querySelector("[type=file]").name, "csrfmiddlewaretoken", "next"]) body.delete(name); // the form's own
  body.set("file", file);
  shown.show("sending", 0);
  try {
    const { status, json, location } = await post(form.dataset.upload || form.action, body, (share) => shown.show("sending", share));
    if (status !== 202) return refuse(shown, file.name, json.detail || json.title || `refused (${status})`);
    const evidence = await follow(location, shown.show);
    const words = (WORDS[evidence.state] || evidence.state) + (evidence.error ? `: ${evidence.error}` : counted(evidence));
    if (evidence.state === "ready") shown.end(words);
    else refuse(shown, file.name, words);
    const change = { verb: "evidence.read", case: form.dataset.uploadCase || null };
    document.body.dispatchEvent(new CustomEvent("casebook:changed", { detail: { changes: [change], cases: new Set([change.case]), only: null } }));
  } catch {
    shown.end("not sent, the server cannot be reached", true);
    say(`${file.name} was not sent.`, { level: "error" });
  }
}

/** The list goes with the part it stands in when that refreshes; a toast is seen wherever the eye is. */
function refuse(shown, name, words) {
  shown.end(words, true);
  say(`${name}: ${words}`, { level: "error" });
}

function listOf(form) {
  let list = form.querySelector("[data-upload-list]");
  if (!list) {
    list = document.createElement("ul");
    list.dataset.uploadList = "";
    list.setAttribute("aria-live", "polite");
    form.querySelector(".drop").append(list);
  }
  return list;
}

async function sendAll(form, files) {
  for (const file of files) await send(form, file, listOf(form));
  form.querySelector("[type=file]").value = "";
}

const zone = (event) => event.target.closest?.("form[data-upload]");

document.addEventListener("dragover", (event) => {
  if (!zone(event)) return;
  event.preventDefault();
  zone(event).querySelector(".drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  const form = zone(event);
  if (form && !form.contains(event.relatedTarget)) form.querySelector(".drop").classList.remove("over");
});
document.addEventListener("drop", (event) => {
  const form = zone(event);
  if (!form) return;
  event.preventDefault();
  form.querySelector(".drop").classList.remove("over");
  sendAll(form, [...event.dataTransfer.files]);
});
document.addEventListener("change", (event) => {
  const form = zone(event);
  if (form && event.target.matches("[type=file]")) sendAll(form, [...event.target.files]);
});
