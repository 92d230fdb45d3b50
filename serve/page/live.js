import { Camera, Grabber, showState } from "/shared/camera.js";
import { Outbox, comesBack, newRecording, problem, silent } from "/shared/outbox.js";
import { Refused } from "/shared/refused.js";
import { Bars } from "/bars.js";
import { Stream } from "/stream.js";

const $ = (id) => document.getElementById(id);
const perSecond = 15;

const model = await load();
const isProbability = model.score === "max-probability";
const settings = { threshold: model.threshold, smooth: { ...model.smooth } };
const bars = new Bars($("bars"), model);
let paused = false, last = null, times = [], shown = "", frame = 0;

// load asks for the model until the server answers.
async function load() {
  for (;;) {
    try {
      const answer = await fetch("/v1/model");
      if (answer.ok) return await answer.json();
      tellGone(await problem(answer));
    } catch {
      tellGone("");
    }
    await new Promise((r) => setTimeout(r, 1000));
  }
}

function tellGone(why) {
  $("gone").hidden = false;
  $("gone").textContent = why || `${silent} Is gesturekit serve still running? ${comesBack}`;
}

// look asks the server how it is: another model needs another page, and a socket that
// fails does not say why.
async function look() {
  try {
    const answer = await fetch("/v1/model");
    if (!answer.ok) return await problem(answer);
    if (JSON.stringify(await answer.json()) !== JSON.stringify(model)) location.reload();
    return "The server answers, but takes no stream now: too many are open, or too many requests came from this address. This page goes on by itself when there is room.";
  } catch {
    // It does not answer.
  }
  return "";
}

// Settings.
function setUp() {
  $("model").textContent = `${model.labels.length - 1} gestures · ${model.arch}, ${model.size}×${model.size}`;
  const t = $("threshold");
  const span = Math.max(4, Math.abs(model.threshold));
  [t.min, t.max, t.step] = isProbability ? [0, 1, 0.005] : [model.threshold - span, model.threshold + span, span / 200];
  t.value = settings.threshold;
  $("need").value = settings.smooth.need;
  $("of").value = settings.smooth.of;
  $("rule").textContent = isProbability
    ? "No known gesture when the highest bar ends before the line."
    : `No known gesture when the score, ${model.score}, ends before the line.`;
  showThreshold();
  for (const label of model.labels.slice(1)) $("categories").append(new Option(label));
}

function showThreshold() {
  $("threshold-value").textContent = settings.threshold.toFixed(isProbability ? 2 : 1);
  $("reset").disabled = settings.threshold === model.threshold;
  bars.threshold(settings.threshold);
}

function changeThreshold(value) {
  settings.threshold = value;
  showThreshold();
  stream.send({ threshold: value });
}

function changeSmooth() {
  const smooth = { need: Number($("need").value), of: Number($("of").value) };
  const fine = Number.isInteger(smooth.need) && Number.isInteger(smooth.of) && 1 <= smooth.need && smooth.need <= smooth.of && smooth.of <= 60;
  $("fault").hidden = fine;
  $("fault").textContent = "Want whole numbers: the first from 1 to the second, the second up to 60.";
  if (!fine) return;
  settings.smooth = smooth;
  stream.send({ smooth });
}

// Answers.
function show(answer, milliseconds, blob) {
  if (answer.error) {
    $("fault").hidden = false;
    $("fault").textContent = answer.error;
    return;
  }
  if (!bars.fits(answer)) return location.reload(); // another model answers already
  if (blob) last = { blob, answer };
  else if (last) last.answer = answer; // decided anew
  $("wrong").disabled = !last || !model.captures;
  if (!camera.live) return; // which is said instead
  bars.show(answer);
  const none = answer.steady === "na";
  $("prediction").dataset.state = none ? "none" : "gesture";
  const name = none ? "no gesture" : answer.steady;
  if (name !== shown) $("name").textContent = shown = name; // said aloud only when it changes
  $("detail").textContent = answer.label === answer.steady ? `score ${answer.score.toFixed(2)}` : `this frame: ${answer.label === "na" ? "no gesture" : answer.label}, score ${answer.score.toFixed(2)}`;
  if (milliseconds === undefined) return;
  const now = performance.now();
  times = [...times.filter((t) => t.at > now - 2000), { at: now, took: milliseconds }];
  $("latency").textContent = `${(times.reduce((s, t) => s + t.took, 0) / times.length).toFixed(0)} ms`;
  $("rate").textContent = times.length > 1 ? ((times.length - 1) / ((now - times[0].at) / 1000)).toFixed(0) : "–";
  $("decode").textContent = `${answer.milliseconds.decode.toFixed(1)} ms`;
  $("predict").textContent = `${answer.milliseconds.predict.toFixed(1)} ms`;
}

const stream = new Stream({
  onanswer: show,
  onstate: async (connected, why) => {
    $("gone").hidden = connected;
    if (!connected) {
      tellGone(why && `The server is gone: ${why}. ${comesBack}`);
      wait("waiting for the server");
    }
    const fault = await look();
    if (fault && !stream.open) tellGone(fault);
  },
  settings: () => settings,
});

function wait(why) {
  $("prediction").dataset.state = "waiting";
  $("name").textContent = shown = "…";
  $("detail").textContent = why;
  $("latency").textContent = $("rate").textContent = "–";
  times = [];
}

// The camera.
const camera = new Camera($("video"), (state, title, advice) => {
  showState($("message"), state, title, advice, () => camera.open());
  $("guide").hidden = state !== "open" || model.fit !== "crop";
  if (state === "open") camera.list($("cameras"));
  else wait(state === "opening" ? "waiting for the camera" : title);
});
const grabber = new Grabber($("video"));

async function loop() {
  for (;;) {
    const began = performance.now();
    if (!paused && camera.live && stream.ready && !document.hidden) {
      const blob = await grabber.grab(0.9);
      if (blob) await stream.frame(blob);
    }
    await new Promise((r) => setTimeout(r, Math.max(4, 1000 / perSecond - (performance.now() - began))));
  }
}

function pause(on) {
  paused = on;
  $("paused").hidden = !on;
  $("pause").firstChild.textContent = on ? "Go on " : "Pause ";
  if (on) $("video").pause();
  else $("video").play().catch(() => {});
}

// Saving a frame that was taken for something else.
const refused = new Refused($("refused"));
const outbox = refused.outbox = new Outbox({
  onsaved: (f) => { $("saved").textContent = `Saved as ${f.category}, ${f.person}.`; },
  onrefused: (...all) => refused.show(...all),
  onwaiting: (n, why) => { if (why) $("saved").textContent = `${n} waiting to be saved: ${why}`; },
});
const recording = newRecording();
let wrong = null, wasPaused = false;

async function openSave() {
  if (!last || $("save").open || $("wrong").disabled) return;
  wrong = last;
  wasPaused = paused;
  pause(true);
  $("save-picture").src = URL.createObjectURL(wrong.blob);
  const { label } = wrong.answer;
  $("save-was").textContent = `It was taken for ${label === "na" ? "no gesture" : label}.`;
  $("category").value = "";
  $("person").value = localStorage.getItem("person") ?? "";
  $("save-fault").hidden = true;
  $("save").showModal();
  $("category").focus();
  try {
    const { categories } = await (await fetch("/v1/captures")).json();
    const names = new Set([...model.labels.slice(1), ...categories.map((c) => c.name), "nothing", "other-hands"]);
    $("categories").replaceChildren(...[...names].map((n) => new Option(n)));
  } catch {
    // The model's own names are there.
  }
}

async function save(event) {
  event.preventDefault();
  const names = { category: $("category").value.trim(), person: $("person").value.trim() };
  try {
    const answer = await fetch("/v1/captures/check?" + new URLSearchParams(names));
    if (!answer.ok) {
      $("save-fault").hidden = false;
      $("save-fault").textContent = await problem(answer);
      return;
    }
    localStorage.setItem("person", names.person);
    await outbox.put({ ...names, recording, frame: ++frame, blob: wrong.blob });
    $("save").close();
  } catch (e) {
    $("save-fault").hidden = false;
    $("save-fault").textContent = `Not saved: ${e.message}`;
  }
}

$("threshold").addEventListener("input", (e) => changeThreshold(Number(e.target.value)));
$("reset").addEventListener("click", () => { $("threshold").value = model.threshold; changeThreshold(model.threshold); });
$("need").addEventListener("change", changeSmooth);
$("of").addEventListener("change", changeSmooth);
$("pause").addEventListener("click", () => pause(!paused));
$("wrong").addEventListener("click", openSave);
$("cancel").addEventListener("click", () => $("save").close());
$("save-form").addEventListener("submit", save);
$("save").addEventListener("close", () => { URL.revokeObjectURL($("save-picture").src); pause(wasPaused); });
$("cameras").addEventListener("change", (e) => camera.open(e.target.value));
const elsewhere = (e) => e.ctrlKey || e.metaKey || e.altKey || $("save").open || e.target.closest("input:not([type=range]), select, button");
document.addEventListener("keydown", (e) => {
  if (e.key === " " && !elsewhere(e)) {
    e.preventDefault();
    pause(!paused);
  }
});
// When the key is let go, so that its letter does not land in the form.
document.addEventListener("keyup", (e) => { if (e.key === "w" && !elsewhere(e)) openSave(); });

setUp();
await camera.open();
loop();
