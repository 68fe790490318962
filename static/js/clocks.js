// Counts clocks on between two refreshes: the words every second, the ring with them. The server decides what is at
// risk; here a clock only turns late when its instant passes. Same words as `casebook_time.clock_words`.
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const TRUSTED_SKEW_MS = 2000;

export function spanWords(seconds) {
  const left = Math.trunc(Math.abs(seconds));
  if (left < MINUTE) return `${left} s`;
  if (left < HOUR) return `${Math.floor(left / MINUTE)} min`;
  const [big, small, unit] = left < DAY ? [HOUR, MINUTE, "h"] : [DAY, HOUR, "d"];
  const rest = Math.floor((left % big) / small);
  const whole = `${Math.floor(left / big)} ${unit}`;
  return rest ? `${whole} ${String(rest).padStart(2, "0")}` : whole;
}

export function clockWords({ left, target, form, label }) {
  const span = spanWords(left);
  if (left < 0) {
    if (form === "label") return `${label} ${span} over`;
    return form === "full" ? `${span} over ${spanWords(target)}` : `${span} over`;
  }
  if (form === "label") return `${label} in ${span}`;
  return form === "full" ? `${span} left of ${spanWords(target)}` : span;
}

function draw(time, now) {
  const left = (Date.parse(time.dataset.due) - now) / 1000;
  const target = Number(time.dataset.target);
  const words = clockWords({ left, target, form: time.dataset.clockForm, label: time.dataset.label });
  if (time.textContent !== words) time.textContent = words;
  const clock = time.closest(".clock");
  if (left < 0 && !clock.classList.contains("late")) {
    clock.classList.remove("soon");
    clock.classList.add("late");
  }
  const used = left < 0 || !target ? 100 : Math.min(100, Math.max(0, (100 * (target - left)) / target));
  const ring = clock.querySelector(".used");
  if (ring && !(clock.classList.contains("late") && left >= 0)) ring.setAttribute("stroke-dasharray", `${Math.round(used)} 100`);
}

/** How far this machine's clock is from the server's, in ms: the page says when it was written (html data-now). */
function skew() {
  const written = Number(document.documentElement.dataset.now) * 1000;
  const [navigation] = performance.getEntriesByType("navigation");
  if (!written || !navigation) return 0;
  const off = written - (performance.timeOrigin + navigation.responseStart);
  return Math.abs(off) > TRUSTED_SKEW_MS ? off : 0;
}

const off = skew();
const tick = () => {
  if (document.hidden) return;
  const now = Date.now() + off;
  for (const time of document.querySelectorAll("time[data-due]")) draw(time, now);
};
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick);
