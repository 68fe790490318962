// Opens <dialog> from [data-dialog="id"], closes it from [data-close] or a click on what lies around it.
// Without this file a link to "#id" shows the same dialog in the page (dialog:target in the stylesheet).
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (!dialog) return;
    event.preventDefault();
    opener.closest("[popover]")?.hidePopover();
    open(dialog);
    return;
  }
  const dialog = event.target.closest("dialog[open]");
  if (dialog && (event.target.closest("[data-close]") || isAround(dialog, event))) dialog.close();
});

function open(dialog) {
  if (dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("casebook:open", { bubbles: true }));
  dialog.showModal();
  (dialog.querySelector("[autofocus]") || dialog.querySelector(".body :is(input, select, textarea):not([type=hidden])"))?.focus();
}

function isAround(dialog, event) {
  if (event.target !== dialog || event.detail === 0) return false;
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
