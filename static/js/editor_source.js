// The source: line numbers beside it, flaws marked on them, and the way to a line. The numbers are for the eye only.
import { preview } from "./editor_beside.js";

const source = () => document.querySelector("[data-source]");
let marked = new Set();

/** Number the lines of the source, and mark those with a flaw. */
export function drawGutter() {
  const area = source();
  const gutter = area?.previousElementSibling;
  if (!gutter) return;
  if (!marked.size) marked = new Set([...document.querySelectorAll("[data-flaw]")].map((one) => Number(one.dataset.flaw)));
  const count = area.value.split("\n").length;
  gutter.replaceChildren(...Array.from({ length: count }, (_, at) => {
    const number = document.createElement(marked.has(at + 1) ? "mark" : "span");
    number.textContent = `${at + 1}\n`;
    return number;
  }));
  gutter.scrollTop = area.scrollTop;
}

/** Say what is wrong, line by line. */
export function showFlaws(flaws) {
  const list = document.querySelector("[data-flaws] ul");
  if (!list) return;
  marked = new Set(flaws.map((flaw) => flaw.line));
  list.replaceChildren(...flaws.map(({ line, reason }) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "link", textContent: `line ${line}` });
    Object.assign(button.dataset, { line, of: "f-source" });
    item.append(button, ` ${reason}`);
    return item;
  }));
  document.querySelector("[data-fine]").hidden = flaws.length > 0;
  drawGutter();
}

/** Put the cursor on a line of a text field, from 1, and bring it into view. */
export function jump(area, line) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  const height = parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 4) * height);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-line][data-of]");
  if (button) jump(document.getElementById(button.dataset.of), Number(button.dataset.line));
  const link = event.target.closest("#editor [data-jump]");
  if (link && source() && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    jump(source(), Number(link.dataset.jump));
    document.querySelector('.outline [aria-current="step"]')?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "step");
    source().form.elements.key.value = link.closest("[data-key-of]").dataset.keyOf;
    preview(source().form);
  }
});
document.addEventListener("input", (event) => { if (event.target === source()) drawGutter(); });
document.addEventListener("scroll", (event) => {
  if (event.target === source()) event.target.previousElementSibling.scrollTop = event.target.scrollTop;
}, { capture: true, passive: true });
