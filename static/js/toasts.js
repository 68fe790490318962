// Messages at the foot of the page: they go by themselves after data-toast seconds (0 = stay), never while the pointer
// or the focus rests on them. An undo is a toast with a form in it; when its time is over, so is the offer.
const tray = document.getElementById("toasts");

function count(toast) {
  let left = Number(toast.dataset.toast);
  if (!left) return;
  const tick = setInterval(() => {
    if (!toast.isConnected) return clearInterval(tick);
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if (left <= 0) {
      clearInterval(tick);
      toast.remove();
    }
  }, 1000);
}

function show(text, level) {
  const toast = document.createElement("div");
  toast.className = `toast ${level}`;
  toast.dataset.toast = level === "error" ? "10" : "4";
  toast.textContent = text;
  tray.append(toast);
}

if (tray) {
  tray.querySelectorAll("[data-toast]").forEach(count);
  new MutationObserver((records) => {
    for (const record of records) {
      for (const node of record.addedNodes) if (node instanceof HTMLElement && node.dataset.toast) count(node);
    }
  }).observe(tray, { childList: true });
  tray.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  });
  tray.addEventListener("submit", (event) => setTimeout(() => event.target.closest(".toast")?.remove()));
  document.body.addEventListener("casebook:say", (event) => show(event.detail.text, event.detail.level));
  document.body.addEventListener("htmx:sendError", () => show("Not sent: the server cannot be reached.", "error"));
  document.body.addEventListener("htmx:responseError", (event) => {
    const { status, responseURL } = event.detail.xhr;
    if (status === 401) window.location.assign(document.body.dataset.signinUrl || responseURL);
    else if (status === 409) show("Someone was faster: nothing was written. Reload to see who did what.", "error");
    else show(status === 403 ? "You may not do this." : `That did not work (${status}).`, "error");
  });
}
