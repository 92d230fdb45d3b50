"use strict";
(function () {
  const data = JSON.parse(document.getElementById("explore-data").textContent);
  const byID = id => document.getElementById("explore-" + id);
  const slider = byID("threshold"), select = byID("score"), output = byID("value");
  const views = [...document.querySelectorAll(".view")], steps = 1000;
  const images = document.createElement("div"); /* behind the number picked */
  images.className = "gallery";
  images.setAttribute("aria-live", "polite");
  let by = 0, threshold = data.scores[0].threshold, picked = null;

  /* Of a test image: the row of each matrix, and the label it is given there. */
  const row = {
    known: i => data.kind[i] === "known" ? data.labels[data.target[i]] : null,
    all: i => data.labels[data.target[i]],
    others: i => data.kind[i] === "known" ? null : data.kind[i] + " \u00b7 " + data.shown[i],
  };
  const score = i => data.scores[by].score[i], argmax = i => data.scores[by].argmax[i];
  const decide = i => threshold > score(i) ? 0 : argmax(i);
  const label = (matrix, i) => matrix === "known" ? argmax(i) : decide(i);

  function percent(n, of) {
    if (of === 0) return "n/a";
    if (n === 0 || n === of) return 100 * n / of + "\u00a0%";
    return (Math.min(Math.max(Math.round(n / of * 1000), 1), 999) / 10).toFixed(1) + "\u00a0%";
  }

  function add(name, text, parent) {
    const e = document.createElement(name);
    e.textContent = text;
    return parent.appendChild(e);
  }

  function updateMatrix(table) {
    const matrix = table.dataset.matrix, rows = new Map();
    for (const tr of table.tBodies[0].rows) rows.set(tr.dataset.row, { tr, counts: data.labels.map(() => 0), all: 0 });
    data.target.forEach((_, i) => {
      const r = rows.get(row[matrix](i));
      if (r) r.counts[label(matrix, i)]++, r.all++;
    });
    for (const [name, r] of rows) {
      const cells = [...r.tr.cells].slice(1), first = data.labels.length + 1 - cells.length;
      const right = matrix === "others" ? 0 : data.labels.indexOf(name);
      cells.pop().textContent = percent(r.counts[right], r.all);
      cells.forEach((td, column) => updateCell(td, { matrix, name, label: first + column }, r.counts[first + column], r.all, first + column === right));
    }
  }

  function updateCell(td, cell, n, all, right) {
    const share = n ? n / all : 0, text = cell.name + " predicted as " + data.labels[cell.label] + ": " + n + " of " + all;
    td.className = n === 0 ? "zero" : (right ? "right" : "wrong");
    td.style.setProperty("--share", share);
    td.title = text;
    if (n === 0) {
      td.textContent = "0";
      return;
    }
    let button = td.querySelector("button");
    if (!button) {
      td.textContent = "";
      button = add("button", "", td);
      button.type = "button";
      button.addEventListener("click", () => {
        picked = isPicked(cell) ? null : cell;
        update();
      });
    }
    button.textContent = n;
    button.setAttribute("aria-label", text + ", show the images");
    button.setAttribute("aria-pressed", isPicked(cell));
  }

  const isPicked = cell => ["matrix", "name", "label"].every(k => picked?.[k] === cell[k]);

  function updateImages() {
    images.textContent = "";
    if (!picked) return;
    document.querySelector("[data-matrix=" + picked.matrix + "]").closest(".matrices").after(images);
    const at = [...data.target.keys()].filter(i => row[picked.matrix](i) === picked.name).filter(i => label(picked.matrix, i) === picked.label);
    at.sort((a, b) => score(b) - score(a));
    const shown = at.filter(i => data.images[i]);
    add("p", picked.name + " predicted as " + data.labels[picked.label] + ": " + at.length + (at.length === 1 ? " image" : " images") +
      (at.length > shown.length ? " (embedded: " + shown.length + ")" : "") + ", highest score first.", images);
    const list = add("ul", "", images);
    list.className = "cards";
    for (const i of shown) {
      const li = add("li", "", list), img = add("img", "", li);
      img.src = data.images[i];
      img.alt = data.shown[i];
      img.title = data.id[i];
      add("span", score(i).toFixed(3), li).className = "score";
    }
  }

  function place(axis, v) {
    const [low, high, from, to] = axis.split(" ").map(Number);
    return from + (Math.min(Math.max(v, low), high) - low) / (high - low || 1) * (to - from);
  }

  /* The bars are those that the page came with, at another threshold. */
  const bars = 40;
  function updateHistogram(svg) {
    const kind = svg.dataset.kind, counts = Array.from({ length: bars }, () => [0, 0]), all = [0, 0];
    data.target.forEach((target, i) => {
      if (data.kind[i] !== kind) return;
      const wrong = decide(i) === target ? 0 : 1;
      counts[data.scores[by].bar[i]][wrong]++;
      all[wrong]++;
    });
    const [low, high] = svg.dataset.x.split(" ").map(Number), base = svg.querySelector(".base");
    const edge = i => low + (high - low) * i / bars, short = v => String(Number(v.toPrecision(4)));
    for (const bar of svg.querySelectorAll(".rect")) bar.remove();
    counts.forEach(([right, wrong], i) => {
      const x = place(svg.dataset.x, edge(i)), width = place(svg.dataset.x, edge(i + 1)) - x - 0.8;
      for (const [name, from, n] of [["right", 0, right], ["wrong", right, wrong]]) {
        if (n === 0) continue;
        const rect = document.createElementNS(svg.namespaceURI, "rect"), top = place(svg.dataset.y, from + n);
        rect.setAttribute("class", "rect " + name);
        Object.entries({ x, y: top, width, height: place(svg.dataset.y, from) - top }).forEach(([key, v]) => rect.setAttribute(key, v.toFixed(1)));
        const title = document.createElementNS(svg.namespaceURI, "title");
        title.textContent = "score " + short(edge(i)) + " to " + short(edge(i + 1)) + ": " + right + " right, " + wrong + " wrong";
        rect.append(title);
        base.before(rect);
      }
    });
    svg.setAttribute("aria-label", "Scores of " + (all[0] + all[1]) + " " + kind + " test images: " + all[0] + " predicted right, " + all[1] + " wrong");
  }

  /* The points of the curves, and the lines at the threshold. */
  function updateCharts(of) {
    const rate = (key, kind) => of[kind][key] / of[kind].all;
    for (const svg of views[by].querySelectorAll("[data-chart]")) {
      if (svg.dataset.chart === "histogram") updateHistogram(svg);
      for (const line of svg.querySelectorAll(".moving")) {
        for (const end of ["x1", "x2"]) line.setAttribute(end, place(svg.dataset.x, threshold));
      }
      for (const point of svg.querySelectorAll("[data-of]")) {
        const kind = point.dataset.of, at = {
          sweep: () => [threshold, rate("right", kind)],
          oscr: () => [rate("accepted", kind), rate("right", "known")],
          roc: () => [rate("accepted", kind), rate("accepted", "known")],
        }[svg.dataset.chart]();
        point.setAttribute("cx", place(svg.dataset.x, at[0]));
        point.setAttribute("cy", place(svg.dataset.y, at[1]));
      }
    }
  }

  function update() {
    const of = {};
    for (const kind of ["all", "known", "unknown", "unseen"]) of[kind] = { all: 0, right: 0, accepted: 0 };
    data.target.forEach((target, i) => {
      for (const kind of ["all", data.kind[i]]) {
        of[kind].all++;
        if (decide(i) === target) of[kind].right++;
        if (decide(i) !== 0) of[kind].accepted++;
      }
    });
    const right = kind => of[kind].right + " of " + of[kind].all;
    output.textContent = "At " + threshold.toFixed(3) + ": " + right("all") + " right, " + ["known", "unknown", "unseen"].filter(kind => of[kind].all).map(
      kind => kind + " " + right(kind)).join(", ");
    slider.setAttribute("aria-valuetext", threshold.toFixed(3));
    views.forEach((view, i) => { view.hidden = i !== by; });
    document.querySelectorAll("[data-matrix]").forEach(updateMatrix);
    updateCharts(of);
    updateImages();
  }

  /* go shows a threshold of a score. */
  function go(index, at) {
    const s = data.scores[index];
    by = index;
    threshold = at;
    select.value = index;
    slider.value = Math.round((at - s.low) / (s.high - s.low) * steps);
    update();
  }

  /* An address that ends in #threshold=0.6 opens the page there. */
  function goToAddress() {
    const at = Number(/^#threshold=(-?[0-9.]+)$/.exec(location.hash)?.[1]);
    if (isFinite(at)) go(0, at);
  }

  slider.addEventListener("input", () => {
    const s = data.scores[by];
    threshold = s.low + (s.high - s.low) * slider.value / steps;
    update();
  });
  select.addEventListener("change", () => go(Number(select.value), data.scores[select.value].threshold));
  byID("reset").addEventListener("click", () => go(0, data.scores[0].threshold));
  window.addEventListener("hashchange", goToAddress);
  byID("controls").hidden = byID("help").hidden = false;
  go(0, threshold);
  goToAddress();
})();
