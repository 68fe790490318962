// A list whose rows are fetched again keeps its place: the current row stays current, and the focus where it was.
let current = "";
let focused = "";

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  current = target.querySelector?.("[data-row][aria-current]")?.dataset.row || "";
  focused = target.contains(document.activeElement) ? document.activeElement.id : "";
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  const row = current && target.querySelector?.(`[data-row="${CSS.escape(current)}"]`);
  if (!row) return;
  target.querySelector("[data-row][aria-current]")?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
});
