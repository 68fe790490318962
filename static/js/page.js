// What every module needs to know of the page. Nothing here touches the document on import.

/** Header that lets a same-origin write through; the token stands once, in the body's hx-headers. */
export function csrfHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

/** True where a key press is text, not a command. */
export function isTyping(element) {
  if (!(element instanceof HTMLElement)) return false;
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])");
}

/** localStorage that may be switched off or full: then nothing is remembered and nothing breaks. */
export const memory = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { /* private mode or full */ }
  },
  remove(key) {
    try { localStorage.removeItem(key); } catch { /* private mode */ }
  },
  keys(prefix) {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; }
  },
};

/** Show one line at the foot of the page; read aloud politely. */
export function say(text, { level = "info" } = {}) {
  document.body.dispatchEvent(new CustomEvent("casebook:say", { detail: { text, level } }));
}
