// form[data-import]: takes dropped files, folders and archives, sends many files as one tar so that their paths come along,
// and shows how far the way up is. Without this file the form posts what was chosen, as any other.
import { csrfHeaders } from "./page.js";
import { tarOf } from "./tar.js";

// Of what is larger than a card can be, the server reads only so much to see it.
const READ = 256 * 1024 + 1;
const CAP = 64 * 1024 * 1024;
const MOST = 5000;
const ARCHIVE = /\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$/i;
const number = new Intl.NumberFormat("en");

let chosen = null; // dropped or from a folder: [{path, file}]; null where the input itself holds them

// --- what was chosen --------------------------------------------------------------------------------------------

const hidden = (path) => path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");

const entriesOf = (reader) => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function* walk(entry, path = entry.name) {
  if (hidden(path)) return;
  if (entry.isFile) yield { path, file: await fileOf(entry) };
  if (!entry.isDirectory) return;
  const reader = entry.createReader();
  for (let batch = await entriesOf(reader); batch.length; batch = await entriesOf(reader)) {
    for (const inner of batch) yield* walk(inner, `${path}/${inner.name}`);
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ path: file.name, file }));
  const found = [];
  for (const entry of entries) {
    for await (const one of walk(entry)) {
      found.push(one);
      if (found.length > MOST) return found;
    }
  }
  return found;
}

function show(form) {
  const files = chosen ?? [...form.elements.file.files].map((file) => ({ path: file.name, file }));
  const words = files.length === 1 ? files[0].path : `${number.format(files.length)} files chosen`;
  form.querySelector("[data-import-chosen]").textContent = chosen ? words : "";
  form.elements.file.required = !chosen;
  form.elements.file.classList.toggle("held", chosen !== null); // its own "no file" would contradict what is held here
  return files;
}

function take(form, files) {
  chosen = files.length ? files : null;
  form.elements.file.value = "";
  show(form);
}

// --- sending ----------------------------------------------------------------------------------------------------

function parts(files) {
  const archives = files.filter(({ path }) => ARCHIVE.test(path));
  const plain = files.filter(({ path }) => !ARCHIVE.test(path));
  const sent = archives.map(({ path, file }) => [file, path]);
  if (plain.length === 1) sent.push([plain[0].file, plain[0].path]);
  else if (plain.length) {
    const cut = plain.map(({ path, file }) => ({ path, content: file.slice(0, READ) }));
    const folder = plain[0].path.includes("/") ? plain[0].path.split("/")[0] : `${plain.length} files`;
    sent.push([tarOf(cut), archives.length ? `${folder}.tar` : folder]);
  }
  return sent;
}

function bodyOf(form, files) {
  const body = new FormData(form);
  body.delete("file");
  for (const [content, name] of parts(files)) body.append("file", content, name);
  return body;
}

function tooMuch(files) {
  if (files.length > MOST) return `An import takes ${number.format(MOST)} files at most; there are more. Bring them in parts.`;
  const size = files.reduce((total, { path, file }) => total + (ARCHIVE.test(path) ? file.size : Math.min(file.size, READ)), 0);
  return size > CAP ? `An upload may have ${number.format(CAP)} bytes; these have ${number.format(size)}. Bring them in parts.` : "";
}

function refuse(form, detail) {
  const banner = document.createElement("div");
  banner.className = "banner alarm";
  const what = document.createElement("span");
  what.className = "strong";
  what.textContent = "Not imported.";
  const why = document.createElement("span");
  why.className = "wrap";
  why.textContent = detail;
  banner.append(what, why);
  form.querySelector("[data-import-error]").replaceChildren(banner);
}

function post(form, body, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    for (const [name, value] of Object.entries({ ...csrfHeaders(), Accept: "application/json" })) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); });
    request.addEventListener("load", () => {
      let json = {};
      try { json = JSON.parse(request.responseText); } catch { /* a page, not an answer to us */ }
      resolve({ status: request.status, json });
    });
    request.addEventListener("error", () => reject(new Error("not sent")));
    request.send(body);
  });
}

async function send(form) {
  const files = show(form);
  const problem = tooMuch(files);
  if (problem) return refuse(form, problem);
  const bar = form.querySelector("[data-import-progress]");
  const button = form.querySelector("[type=submit]");
  form.querySelector("[data-import-error]").replaceChildren();
  bar.hidden = false;
  button.disabled = true;
  try {
    const { status, json } = await post(form, bodyOf(form, files), (share) => { bar.value = share; });
    if (status === 202) return location.assign(json.url);
    const fields = Object.values(json.errors ?? {}).flat().filter((text) => !json.detail?.includes(text));
    refuse(form, [json.detail || `The server answered ${status}.`, ...fields].join(" "));
  } catch {
    refuse(form, "The server cannot be reached. Your files are still chosen: try again.");
  }
  bar.hidden = true;
  button.disabled = false;
}

// --- start ------------------------------------------------------------------------------------------------------

const form = document.querySelector("form[data-import]");
if (form) {
  const drop = form.querySelector(".drop");
  document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(form, await dropped(event.dataTransfer));
  });
  form.elements.file.addEventListener("change", () => { chosen = null; show(form); });
  form.querySelector("[data-import-folder]").addEventListener("click", () => {
    const picker = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
    picker.addEventListener("change", () => {
      const files = [...picker.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
      take(form, files.filter(({ path }) => !hidden(path)));
    });
    picker.click();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
}

// A report asks by itself how far it is: the server must not take it for a person being there (sessions lock when idle).
document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches?.("[data-import-poll]")) event.detail.headers["X-Casebook-Live"] = "1";
});
