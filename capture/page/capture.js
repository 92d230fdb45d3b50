import { Camera, Grabber, showState } from "/shared/camera.js";
import { Outbox, address, comesBack, newRecording, problem, silent } from "/shared/outbox.js";
import { Refused } from "/shared/refused.js";
import { reminders, table } from "/progress.js";

const $ = (id) => document.getElementById(id);
const shownFrames = 120;

let summary = { folder: "", categories: [], persons: [], recordings: [] };
let active = null; // the recording in progress: { stop }
let deleted = null; // the frame deleted last, with its picture
const waiting = new Map(); // frames on their way, by address, with the URL of their picture, and saved once the server has them and the summary may not

// What the server has.
let refreshing;
function refresh() {
  refreshing ??= load().finally(() => { refreshing = undefined; });
  return refreshing;
}

async function load() {
  const saved = [...waiting].filter(([, f]) => f.saved);
  try {
    const answer = await fetch("/v1/captures");
    if (!answer.ok) throw new Error(await problem(answer));
    summary = await answer.json();
    tell("server", "");
  } catch (e) {
    tell("server", e instanceof TypeError ? `${silent} Is gesturekit capture still running? What you record is kept in this browser until it is back. ${comesBack}` : e.message);
    return;
  }
  for (const [at] of saved) forget(at);
  $("folder").textContent = summary.folder;
  const total = summary.categories.reduce((n, c) => n + c.count, 0);
  $("total").textContent = `${total} frame${total === 1 ? "" : "s"}`;
  options("categories", [...summary.categories.map((c) => c.name), "nothing", "other-hands"]);
  options("persons", summary.persons.map((p) => p.name));
  table($("counts"), summary);
  $("none").hidden = total > 0;
  $("counts").hidden = total === 0;
  reminders($("reminders"), summary, (category) => { $("category").value = category; remember(); $("person").focus(); });
  showFrames();
}

// forget drops a frame that the server has, or nobody any more.
function forget(at) {
  const f = waiting.get(at);
  waiting.delete(at);
  if (f) setTimeout(() => URL.revokeObjectURL(f.url), 60000); // its thumbnail may still be loading
}

function options(id, names) {
  const all = [...new Set(names)];
  if (all.join("/") === [...$(id).options].map((o) => o.value).join("/")) return; // so that an open list stays
  $(id).replaceChildren(...all.map((n) => new Option(n)));
}

const told = new Map();
function tell(about, text) {
  told.set(about, text);
  const all = [...told.values()].filter(Boolean).join(" ");
  $("gone").hidden = !all;
  if ($("gone").textContent !== all) $("gone").textContent = all;
}

// The frames of the category and person that are chosen, newest first.
function showFrames() {
  const { category, person } = names();
  const list = [];
  for (const r of summary.recordings) {
    if (r.category !== category || r.person !== person || !r.recording) continue;
    for (const frame of r.frames) list.push({ category, person, recording: r.recording, frame });
  }
  const there = new Set(list.map(address));
  for (const [at, f] of waiting) {
    if (f.category === category && f.person === person && !there.has(at)) list.push({ ...f, waits: !f.saved });
  }
  list.sort((a, b) => (a.recording === b.recording ? b.frame - a.frame : a.recording < b.recording ? 1 : -1));
  $("frames-title").textContent = category && person ? `${list.length} frame${list.length === 1 ? "" : "s"} of ${category}, ${person}` : "Recorded frames";
  $("more").hidden = list.length <= shownFrames;
  $("more").textContent = `The last ${shownFrames} are shown.`;
  // What stays is not moved, since that would take the focus from it.
  const shown = new Map(list.slice(0, shownFrames).map((f) => [address(f), f]));
  const old = new Map();
  for (const li of [...$("frames").children]) {
    if (shown.has(li.dataset.at)) old.set(li.dataset.at, li);
    else li.remove();
  }
  let next = $("frames").firstElementChild;
  for (const [at, f] of shown) {
    const li = old.get(at) ?? thumbnail(f, at);
    li.classList.toggle("waiting", !!f.waits);
    if (li === next) next = next.nextElementSibling;
    else $("frames").insertBefore(li, next);
  }
}

function thumbnail(f, at) {
  const li = document.createElement("li");
  li.dataset.at = at;
  const img = document.createElement("img");
  img.loading = "lazy";
  img.alt = `Frame ${f.frame} of recording ${f.recording}`;
  img.src = waiting.get(at)?.url ?? at;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.ariaLabel = button.title = `Delete frame ${f.frame}`;
  button.addEventListener("click", () => remove(f, li));
  li.append(img, button);
  return li;
}

async function remove(f, li) {
  const at = address(f);
  try {
    let blob = waiting.has(at) && !waiting.get(at).saved ? await outbox.take(f) : null;
    if (!blob) {
      const picture = await fetch(at);
      if (!picture.ok) throw new Error(await problem(picture));
      blob = await picture.blob();
      const answer = await fetch(at, { method: "DELETE" });
      if (!answer.ok) throw new Error(await problem(answer));
    }
    forget(at);
    const { category, person, recording, frame } = f;
    deleted = { category, person, recording, frame, blob };
    $("undo").hidden = false;
    $("undo-text").textContent = `Frame ${f.frame} of ${f.category}, ${f.person} is deleted.`;
  } catch (e) {
    fault(`Not deleted: ${e instanceof TypeError ? "the server does not answer" : e.message}`);
    return;
  }
  const next = (li.nextElementSibling ?? li.previousElementSibling)?.querySelector("button");
  li.remove();
  (next ?? $("undo-button")).focus();
  refresh();
}

async function undo() {
  if (!deleted) return;
  const frame = deleted;
  deleted = null;
  if (document.activeElement === $("undo-button")) ($("frames").querySelector("button") ?? hold).focus();
  $("undo").hidden = true;
  await keep(frame);
}

// Names.
function names() {
  return { category: $("category").value.trim().normalize(), person: $("person").value.trim().normalize() };
}

function remember() {
  localStorage.setItem("category", $("category").value);
  localStorage.setItem("person", $("person").value);
  fault("");
  showFrames();
}

function fault(text) {
  $("fault").hidden = !text;
  $("fault").textContent = text;
}

// check reports whether frames can be saved under the names. While the server is
// gone they are taken as they are.
async function check(n) {
  if (!n.category || !n.person) {
    fault("Say first what the frames show and who it is.");
    (n.category ? $("person") : $("category")).focus();
    return false;
  }
  try {
    const answer = await fetch("/v1/captures/check?" + new URLSearchParams(n));
    fault(answer.ok ? "" : await problem(answer));
    return answer.ok;
  } catch {
    return true;
  }
}

// Recording.
const number = (id) => {
  const e = $(id);
  return Math.min(Number(e.max), Math.max(Number(e.min), Math.round(Number(e.value)) || Number(e.min)));
};
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));

// record keeps frames until it is stopped, or so many.
async function record(most, delay) {
  if (active || !camera.live) return;
  const n = names();
  const mine = (active = { stop: false });
  try {
    if (!(await check(n))) return;
    for (let left = delay; left > 0 && !mine.stop; left--) {
      $("countdown").hidden = false;
      $("countdown").textContent = left;
      await sleep(1000);
    }
    $("countdown").hidden = true;
    const recording = newRecording();
    const gap = 1000 / number("speed");
    let next = performance.now();
    for (let frame = 1; frame <= most && !mine.stop && camera.live; frame++) {
      const blob = await grabber.grab();
      if (!blob) break;
      await keep({ ...n, recording, frame, blob });
      $("light").hidden = false;
      $("light").textContent = `Recording ${n.category}: ${frame}`;
      next = Math.max(next + gap, performance.now());
      await sleep(Math.max(0, next - performance.now()));
    }
  } catch (e) {
    fault(`Recording stopped: ${e.message}`);
  } finally {
    active = null;
    $("countdown").hidden = $("light").hidden = true;
    press(false);
  }
}

async function keep(frame) {
  const { blob, ...f } = frame;
  waiting.set(address(f), { ...f, url: URL.createObjectURL(blob) });
  showFrames();
  await outbox.put(frame);
}

function press(on) {
  $("hold").ariaPressed = String(on);
}

function start() {
  if (active) return;
  press(true);
  record(Infinity, 0);
}

function stop() {
  if (active) active.stop = true;
}

function burst() {
  if (active) stop();
  else record(number("length"), number("delay"));
}

let soon;
const refused = new Refused($("refused"));
const outbox = refused.outbox = new Outbox({
  onsaved: (frame) => {
    const f = waiting.get(address(frame));
    if (f) f.saved = true;
    soon ??= setTimeout(async () => {
      soon = undefined;
      await refreshing; // which may have begun before the frame was there
      refresh();
    }, 250);
  },
  onrefused: (...all) => refused.show(...all),
  ondropped: (f) => {
    forget(address(f));
    showFrames();
  },
  onwaiting: (n, why) => tell("outbox", why ? `${n} frame${n === 1 ? " waits" : "s wait"} in this browser until the server takes ${n === 1 ? "it" : "them"}.${why === silent ? "" : " " + why}` : ""),
});

const camera = new Camera($("video"), (state, title, advice) => {
  showState($("message"), state, title, advice, () => camera.open());
  $("guide").hidden = state !== "open";
  $("hold").disabled = $("burst").disabled = state !== "open";
  if (state === "open") camera.list($("cameras"));
  else stop();
});
const grabber = new Grabber($("video"));

const hold = $("hold");
hold.addEventListener("pointerdown", (e) => {
  if (e.button !== 0) return;
  hold.setPointerCapture(e.pointerId);
  start();
});
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) hold.addEventListener(end, stop);
hold.addEventListener("contextmenu", (e) => e.preventDefault()); // a long touch
$("burst").addEventListener("click", burst);
$("undo-button").addEventListener("click", undo);
$("names").addEventListener("submit", (e) => e.preventDefault());
for (const id of ["category", "person"]) $(id).addEventListener("input", remember);
$("cameras").addEventListener("change", (e) => camera.open(e.target.value));

// Keys: those of letters work outside text, and space or enter on the button.
const typing = (e) => e.target.closest("input, select, textarea");
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") {
    if (typing(e)) e.target.blur();
    stop();
    return;
  }
  if (e.ctrlKey || e.metaKey || e.altKey || e.repeat) {
    if (e.target === hold && (e.key === " " || e.key === "Enter")) e.preventDefault();
    return;
  }
  if (e.target === hold && (e.key === " " || e.key === "Enter")) {
    e.preventDefault();
    start();
  } else if (typing(e)) return;
  else if (e.key === "r") start();
  else if (e.key === "b") burst();
  else if (e.key === "z") undo();
});
document.addEventListener("keyup", (e) => {
  if (e.key === "r" || (e.target === hold && (e.key === " " || e.key === "Enter"))) if (hold.ariaPressed === "true") stop();
});
window.addEventListener("blur", () => { if (hold.ariaPressed === "true") stop(); });

$("category").value = localStorage.getItem("category") ?? "";
$("person").value = localStorage.getItem("person") ?? "";
await refresh();
await camera.open();
setInterval(refresh, 5000);
