// Active time: seconds a person really looked at a step, for [data-focus-url] with [data-focus-step] inside it.
// A second counts while the tab is visible, has the focus and the person moved or typed within the last minute.
import { csrfHeaders } from "./page.js";

const IDLE_MS = 60000;
const SEND_EVERY_S = 30;
const region = document.querySelector("[data-focus-url]");
let step = null;
let seconds = 0;
let lastAct = Date.now();

const stepOnPage = () => region.querySelector("[data-focus-step]")?.dataset.focusStep ?? null;

function send() {
  if (!seconds || !step) return;
  const body = JSON.stringify({ step: Number(step), seconds });
  seconds = 0;
  fetch(region.dataset.focusUrl, {
    method: "POST", body, keepalive: true, headers: { ...csrfHeaders(), "Content-Type": "application/json" },
  }).catch(() => { /* a lost half minute is not worth a message */ });
}

function count() {
  const now = stepOnPage();
  if (now !== step) {
    send();
    seconds = 0;
    step = now;
  }
  if (step && !document.hidden && document.hasFocus() && Date.now() - lastAct < IDLE_MS) seconds += 1;
  if (seconds >= SEND_EVERY_S) send();
}

if (region) {
  for (const name of ["pointermove", "keydown", "scroll", "pointerdown"]) {
    document.addEventListener(name, () => { lastAct = Date.now(); }, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  window.addEventListener("pagehide", send);
  step = stepOnPage();
  setInterval(count, 1000);
}
