"use strict";
(function () {
  var data = JSON.parse(document.getElementById("explore-data").textContent);
  var section = document.getElementById("explorer");
  var slider = document.getElementById("explore-threshold");
  var output = document.getElementById("explore-value");
  var table = document.getElementById("explore-matrix");
  var behind = document.getElementById("explore-images");
  var steps = 1000, threshold = data.threshold, picked = null;
  section.hidden = false;

  function element(name, text, parent) {
    var e = document.createElement(name);
    if (text !== "") e.textContent = text;
    parent.appendChild(e);
    return e;
  }

  function decide(i) { return threshold > data.score[i] ? 0 : data.argmax[i]; }

  function rowOf(i) {
    return data.kind[i] === "known" ? data.labels[data.target[i]] : data.kind[i] + " · " + data.shown[i];
  }

  function rows() {
    var names = data.labels.slice(1), more = {};
    data.kind.forEach(function (k, i) { if (k !== "known") more[rowOf(i)] = true; });
    return names.concat(Object.keys(more).sort());
  }

  function show() {
    var counts = {}, right = {}, total = {};
    rows().forEach(function (r) { counts[r] = data.labels.map(function () { return 0; }); });
    data.score.forEach(function (_, i) {
      counts[rowOf(i)][decide(i)]++;
      total[data.kind[i]] = (total[data.kind[i]] || 0) + 1;
      if (decide(i) === data.target[i]) right[data.kind[i]] = (right[data.kind[i]] || 0) + 1;
    });
    output.textContent = threshold.toFixed(3) + ": " + ["known", "unknown", "unseen"].filter(function (k) { return total[k]; }).map(function (k) {
      return k + " " + (right[k] || 0) + " of " + total[k] + " right";
    }).join(", ");
    table.textContent = "";
    rows().forEach(function (r) {
      var tr = element("tr", "", table), th = element("th", r, tr);
      th.scope = "row";
      th.className = "name";
      counts[r].forEach(function (n, label) {
        var td = element("td", "", tr);
        if (n === 0) {
          td.textContent = "0";
          td.className = "zero";
          return;
        }
        var b = element("button", String(n), td), known = data.labels.indexOf(r) > 0, ok = known ? data.labels[label] === r : label === 0;
        b.type = "button";
        b.className = ok ? "right" : "wrong";
        b.title = r + " predicted as " + data.labels[label] + ": show the images";
        b.setAttribute("aria-label", n + ": " + b.title);
        b.addEventListener("click", function () {
          picked = { row: r, label: label };
          images();
        });
      });
    });
    images();
  }

  function images() {
    behind.textContent = "";
    if (!picked) return;
    var at = [];
    data.score.forEach(function (_, i) { if (rowOf(i) === picked.row) if (decide(i) === picked.label) at.push(i); });
    at.sort(function (a, b) { return data.score[b] - data.score[a]; });
    var shown = at.filter(function (i) { return data.images[i]; });
    element("p", picked.row + " predicted as " + data.labels[picked.label] + ": " + at.length + (at.length === 1 ? " image" : " images") +
      (at.length > shown.length ? " (embedded: " + shown.length + ")" : "") + ", highest score first.", behind);
    var list = element("ul", "", behind);
    list.className = "cards";
    shown.forEach(function (i) {
      var li = element("li", "", list), img = element("img", "", li);
      img.src = data.images[i];
      img.alt = data.shown[i];
      img.title = data.id[i];
      element("span", data.score[i].toFixed(3), li).className = "score";
    });
  }

  function fromAddress() {
    var m = /^#threshold=(-?[0-9.]+)$/.exec(location.hash);
    if (!m || !isFinite(Number(m[1]))) return;
    threshold = Number(m[1]);
    place();
  }

  function place() {
    slider.value = String(Math.round((threshold - data.low) / (data.high - data.low) * steps));
    show();
  }

  slider.addEventListener("input", function () {
    threshold = data.low + (data.high - data.low) * Number(slider.value) / steps;
    show();
  });
  window.addEventListener("hashchange", fromAddress);
  place();
  fromAddress();
})();
