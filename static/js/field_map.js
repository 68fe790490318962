// A field map while it is drawn up: a row's field is marked wrong for as long as the word beside it says so.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const said = document.getElementById(event.detail.target.id);
  const field = said && document.querySelector(`[aria-describedby="${CSS.escape(said.id)}"]`);
  if (!field) return;
  if (said.querySelector(".bad")) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
});
