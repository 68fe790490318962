// Copies from [data-copy] (the text itself) or [data-copy-from="id"] (the text of an element) and says so.
// What is defanged was defanged on the server; here nothing is rewritten.
import { say } from "./page.js";

async function put(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http on an inner network: no clipboard object there
  area.value = text;
  area.className = "vh";
  (document.querySelector("dialog[open]") || document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("copy refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  event.preventDefault();
  const source = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  const text = source ? (source.value ?? source.textContent.trim()) : button.dataset.copy;
  try {
    await put(text);
    say(text.length > 60 ? "Copied" : `Copied ${text}`, { level: "success" });
  } catch {
    say("The browser did not allow copying. Select the text instead.", { level: "error" });
  }
});
