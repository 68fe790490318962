// Switches the times of a page between the viewer's zone, UTC and the zone of the log they came from, in place.
// The server remembers the choice (same form, sent behind); without this file the form posts and the page reloads.
import { csrfHeaders, say } from "./page.js";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const root = document.documentElement;

/** Year, month, day, hour, minute, second of an instant in an IANA zone or a fixed offset such as +02:00. */
function parts(instant, zone) {
  const fixed = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (fixed) {
    const minutes = (Number(fixed[2]) * 60 + Number(fixed[3])) * (fixed[1] === "-" ? -1 : 1);
    return parts(new Date(instant.getTime() + minutes * 60000), "UTC");
  }
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** The words of an instant, as `casebook_time.instant_words` writes them. */
export function instantWords(instant, zone, form, now = new Date()) {
  const at = parts(instant, zone);
  const clock = form === "minute" || form === "hour" ? `${at.hour}:${at.minute}` : `${at.hour}:${at.minute}:${at.second}`;
  if (form === "clock" || form === "hour") return clock;
  const year = at.year === parts(now, zone).year ? "" : ` ${at.year}`;
  const day = `${at.day} ${MONTHS[Number(at.month) - 1]}${year}`;
  return form === "day" ? day : `${day} ${clock}`;
}

/** Times as the server wrote them are in the zone it was asked for; that text is kept for the way back. */
function show(choice, within = document) {
  for (const time of within.querySelectorAll("time[data-form]")) {
    if (time.dataset.served === undefined) time.dataset.served = time.textContent;
    const zone = choice === "utc" ? "UTC" : choice === "log" && time.dataset.log ? time.dataset.log : root.dataset.mine;
    try {
      time.textContent = zone ? instantWords(new Date(time.dateTime), zone, time.dataset.form) : time.dataset.served;
    } catch {
      time.textContent = time.dataset.served; // a zone this browser does not know
    }
  }
}

/** The top bar says which zone the times are in. */
function named(words, short) {
  for (const name of document.querySelectorAll("span[data-zone-short]")) name.textContent = short;
  for (const name of document.querySelectorAll("[data-zone-name]")) {
    name.textContent = words;
    name.closest("button").setAttribute("aria-label", `Times in ${words}: change`);
  }
}

function choose(form, choice) {
  root.dataset.zone = choice;
  for (const button of document.querySelectorAll("[data-zone-switch] button")) {
    button.setAttribute("aria-pressed", String(button.value === choice));
    if (button.value === choice) named(button.dataset.zoneShown, button.dataset.zoneShort);
  }
  show(choice);
  const body = new FormData(form);
  body.set("zone", choice);
  fetch(form.action, { method: "POST", body, headers: csrfHeaders(), redirect: "manual" })
    .catch(() => say("The choice of zone was not saved.", { level: "error" }));
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-zone-switch]") || !event.submitter) return;
  event.preventDefault();
  choose(event.target, event.submitter.value);
});
