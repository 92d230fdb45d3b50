// What there is, and what is missing.

// table shows the frames of each category, in all and a column for each person.
export function table(table, summary) {
  const count = new Map();
  for (const r of summary.recordings) {
    const key = JSON.stringify([r.category, r.person]);
    count.set(key, (count.get(key) ?? 0) + r.frames.length + r.others);
  }
  const persons = summary.persons.map((p) => p.name);
  if (summary.recordings.some((r) => r.person === "")) persons.push("");
  const row = (tag, name, cells) => {
    const tr = document.createElement("tr");
    const th = document.createElement("th");
    th.scope = "row";
    th.textContent = name;
    tr.append(th, ...cells.map((c) => {
      const e = document.createElement(tag);
      e.textContent = c;
      if (c === 0) e.className = "zero";
      return e;
    }));
    return tr;
  };
  table.createTHead().replaceChildren(row("th", "", ["all", ...persons.map((p) => p || "in file names")]));
  const body = table.tBodies[0] ?? table.createTBody();
  body.replaceChildren(...summary.categories.map((c) =>
    row("td", c.name, [c.count, ...persons.map((p) => count.get(JSON.stringify([c.name, p])) ?? 0)])));
  const sum = (of) => of.reduce((n, x) => n + x, 0);
  const foot = row("td", "all", [sum(summary.categories.map((c) => c.count)), ...persons.map((p) => sum(summary.categories.map((c) => count.get(JSON.stringify([c.name, p])) ?? 0)))]);
  table.createTFoot().replaceChildren(...(summary.categories.length ? [foot] : []));
}

// sittings counts recordings more than half an hour apart, each likely to have
// another light.
function sittings(recordings) {
  const times = recordings.map((r) => {
    const [, y, mo, d, h, mi, s] = /^(....)(..)(..)-(..)(..)(..)/.exec(r.recording);
    return Date.UTC(y, mo - 1, d, h, mi, s);
  }).sort((a, b) => a - b);
  return times.filter((t, i) => i === 0 || t - times[i - 1] > 30 * 60 * 1000).length;
}

// few names at most three, and says how many more there are.
function few(names) {
  return names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
}

// reminders lists what a good set of captures has. choose(category) is called when
// the user wants to record a category that is missing.
export function reminders(list, summary, choose) {
  const has = (name) => summary.categories.some((c) => c.name === name && c.count > 0);
  const own = summary.recordings.filter((r) => r.recording);
  const once = [...new Set(own.map((r) => r.person))].filter((p) => sittings(own.filter((r) => r.person === p)) < 2);
  const named = summary.persons.length;
  const items = [
    { done: has("nothing"), text: "Nothing: what the camera sees when nobody makes a gesture.", category: "nothing" },
    { done: has("other-hands"), text: "Other hands: a hand that scratches, holds a cup, waves, or makes gestures of another kind.", category: "other-hands" },
    { done: own.length > 0 && once.length === 0, text: once.length ? `Different light: so far in one sitting only: ${few(once)}. Record again at another time of day, in another room, with another lamp.` : "Different light: each person at two times of day or in two rooms." },
    { done: named >= 3, text: `At least three persons, better ten: there ${named === 1 ? "is" : "are"} ${named}.` },
  ];
  const key = JSON.stringify(items);
  if (list.dataset.key === key) return; // so that the focus stays
  list.dataset.key = key;
  list.replaceChildren(...items.map((i) => {
    const li = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = i.text;
    li.className = i.done ? "done" : "";
    li.append(text);
    if (i.category && !i.done) {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = `Record ${i.category}`;
      b.addEventListener("click", () => choose(i.category));
      li.append(b);
    }
    return li;
  }));
}
