// Keys: a control says which key it answers to with data-key ("e", "shift+enter", "g q") and what it does with
// data-key-label; the sheet behind "?" is read from the page, so that it never promises what is not there.
// Never while typing, never with Ctrl, Alt or Meta; single keys can be switched off (kept in this browser).
import { isTyping, memory } from "./page.js";

const SEQUENCE_MS = 1200;
const STORED = "casebook.keys";
const LIST_KEYS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const LIST_LINES = [["j", "Next row"], ["k", "Previous row"], ["enter", "Open the row"], ["x", "Select the row"]];
let pending = "";
let timer = 0;

const switchedOn = () => (memory.get(STORED) || document.documentElement.dataset.keys) !== "off";

/** The press as it is written in data-key. Shift is named only where it does not change the character. */
function pressed(event) {
  const name = event.key.length === 1 ? event.key : event.key.toLowerCase();
  return event.shiftKey && event.key.length > 1 ? `shift+${name}` : name;
}

function visible(element) {
  return element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
}

/** The control of a key. An open dialog hides the page behind it; popovers need not be open. */
function control(key) {
  const scope = document.querySelector("dialog[open]") || document;
  const found = [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  return found.find((element) => visible(element) || element.closest("[popover]")) || null;
}

function use(element) {
  if (isTyping(element) || element.matches("[data-key-focus]")) {
    element.focus();
    element.select?.();
  } else if (!element.disabled && element.getAttribute("aria-disabled") !== "true") {
    element.click();
  }
}

// --- lists ------------------------------------------------------------------------------------------------------

const rows = () => [...document.querySelectorAll("[data-list] [data-row]")].filter(visible);
const currentRow = () => document.querySelector("[data-list] [data-row][aria-current]");

function step(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(currentRow());
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)] || all[0];
  currentRow()?.removeAttribute("aria-current");
  next.setAttribute("aria-current", "true");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector("a[href]")?.focus({ preventScroll: true });
  return true;
}

function inList(key) {
  if (document.querySelector("dialog[open]")) return false;
  if (LIST_KEYS[key]) return step(LIST_KEYS[key]);
  const row = currentRow();
  if (!row) return false;
  if (key === "x") row.querySelector("input[type=checkbox]")?.click();
  else if (key === "enter") row.querySelector("a[href]")?.click();
  else {
    // A key of the row itself, such as "a" on the case the eye is on.
    const own = row.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
    if (!own) return false;
    own.click();
  }
  return true;
}

// --- the keyboard -----------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (!switchedOn()) return;
  const key = pressed(event);
  const isPress = key === "enter" || key === " ";
  // Enter on a focused control is that control's own; the link of a list row is opened the same way.
  if (isPress && event.target.closest("a, button, summary, input, [role=button]")) return;

  const sequence = pending ? `${pending} ${key}` : key;
  pending = "";
  clearTimeout(timer);
  const target = control(sequence);
  if (target) {
    event.preventDefault();
    use(target);
  } else if (sequence === key && document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) {
    pending = key;
    timer = setTimeout(() => { pending = ""; }, SEQUENCE_MS);
  } else if (inList(key)) {
    event.preventDefault();
  }
});

// --- the sheet --------------------------------------------------------------------------------------------------

function lines() {
  const groups = new Map();
  const add = (group, key, label) => {
    if (!groups.has(group)) groups.set(group, new Map());
    groups.get(group).set(key, label);
  };
  for (const element of document.querySelectorAll("[data-key][data-key-label], [data-row-key][data-key-label]")) {
    const { key, rowKey, keyLabel, keyGroup } = element.dataset;
    add(rowKey ? "In the list" : keyGroup || "This page", key || rowKey, keyLabel);
  }
  const selectable = document.querySelector("[data-list] [data-row] input[type=checkbox]") !== null;
  if (document.querySelector("[data-list]")) {
    for (const [key, label] of LIST_LINES) if (key !== "x" || selectable) add("In the list", key, label);
  }
  return groups;
}

function keyCaps(key) {
  const cell = document.createElement("dd");
  for (const part of key.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = part;
    cell.append(cap, " ");
  }
  return cell;
}

function fillSheet(sheet) {
  sheet.replaceChildren();
  for (const [group, keys] of lines()) {
    const heading = document.createElement("h3");
    heading.textContent = group;
    const list = document.createElement("dl");
    list.className = "keys";
    for (const [key, label] of keys) {
      const line = document.createElement("div");
      const word = document.createElement("dt");
      word.textContent = label;
      line.append(word, keyCaps(key));
      list.append(line);
    }
    const section = document.createElement("section");
    section.append(heading, list);
    sheet.append(section);
  }
}

document.addEventListener("casebook:open", (event) => {
  const sheet = event.target.querySelector("[data-keys-sheet]");
  if (!sheet) return;
  fillSheet(sheet);
  event.target.querySelector("[data-keys-switch]").checked = switchedOn();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-switch]")) memory.set(STORED, event.target.checked ? "on" : "off");
});
