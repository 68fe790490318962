// A line number opens its raw lines under the row, and shuts them when pressed again.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.detail.elt;
  if (!link.matches("[data-raw]")) return;
  const below = link.closest("tr").nextElementSibling;
  const isOpen = below?.matches(".open") ?? false;
  link.setAttribute("aria-expanded", String(!isOpen));
  if (!isOpen) return;
  below.remove();
  event.preventDefault();
});
