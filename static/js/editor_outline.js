// The order of steps: dragged in the outline, or moved with Alt and the arrows, also out of one section into the next.
import { act } from "./editor.js";
import { say } from "./page.js";

let dragged = null;

const items = (section) => [...section.querySelectorAll("[data-key-of]")];
const sectionOf = (item) => item.closest("[data-section]");

async function move(item, section, position) {
  const words = item.querySelector(".t").textContent;
  const key = await act({ do: "move", key: item.dataset.keyOf, section: section.dataset.section, position });
  if (!key) return;
  document.getElementById(`to-${key}`)?.focus();
  say(`Moved: ${words}`);
}

/** One place up or down; past the end of its section, into the next one. */
function nudge(item, by) {
  const section = sectionOf(item);
  const here = items(section);
  const to = here.indexOf(item) + by;
  if (to >= 0 && to < here.length) return move(item, section, to + 1);
  const sections = [...document.querySelectorAll("[data-section]")];
  const next = sections[sections.indexOf(section) + by];
  return next && move(item, next, by < 0 ? items(next).length + 1 : 1);
}

document.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || !event.altKey || event.ctrlKey || event.metaKey || !document.querySelector('#editor[data-way="steps"]')) return;
  const item = event.target.closest?.("[data-key-of]") || document.querySelector('.outline [aria-current="step"]')?.closest("[data-key-of]");
  if (!item) return;
  event.preventDefault();
  nudge(item, by);
});

// --- dragging ------------------------------------------------------------------------------------------------------

function clear() {
  document.querySelectorAll(".outline .before, .outline .after, .outline .into").forEach((one) => one.classList.remove("before", "after", "into"));
}

/** Where a drop would land: the section, the step's place in it, and what to mark. */
function target(event) {
  const section = event.target.closest?.("[data-section]");
  if (!section) return null;
  const over = event.target.closest("[data-key-of]");
  if (!over) return { section, position: items(section).length + 1, mark: [section, "into"] };
  const box = over.getBoundingClientRect();
  const below = event.clientY > box.top + box.height / 2;
  const rest = items(section).filter((one) => one !== dragged);
  const at = over === dragged ? items(section).indexOf(dragged) : rest.indexOf(over) + (below ? 1 : 0);
  return { section, position: at + 1, mark: [over, below ? "after" : "before"] };
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".outline [data-key-of]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.keyOf);
});
document.addEventListener("dragover", (event) => {
  const to = dragged && target(event);
  if (!to) return;
  event.preventDefault();
  clear();
  to.mark[0].classList.add(to.mark[1]);
});
document.addEventListener("drop", (event) => {
  const to = dragged && target(event);
  if (!to) return;
  event.preventDefault();
  move(dragged, to.section, to.position);
});
document.addEventListener("dragend", () => { clear(); dragged = null; });
