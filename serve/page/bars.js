// Bars shows what the network gives each label, and where the threshold lies.

export class Bars {
  constructor(list, model) {
    this.model = model;
    this.isProbability = model.score === "max-probability";
    this.span = Math.max(4, Math.abs(model.threshold));
    this.rows = new Map();
    this.list = list;
    for (const label of model.labels) this.row(label, label === "na" ? "no gesture" : label);
    if (!this.isProbability) this.row("", model.score); // its own row, on its own scale
  }

  row(key, text) {
    const li = document.createElement("li");
    const part = (name, parent = li) => {
      const e = document.createElement("span");
      e.className = name;
      parent.append(e);
      return e;
    };
    const label = part("label");
    label.textContent = label.title = text;
    const track = part("track");
    track.ariaHidden = "true";
    const r = { li, fill: part("fill", track), value: part("value") };
    if (this.isProbability || key === "") r.line = part("line", track);
    this.rows.set(key, r);
    this.list.append(li);
  }

  // at returns where a score lies in its bar, in percent.
  at(score) {
    const part = this.isProbability ? score : (score - this.model.threshold + this.span) / (2 * this.span);
    return `${100 * Math.min(1, Math.max(0, part))}%`;
  }

  threshold(value) {
    for (const r of this.rows.values()) if (r.line) r.line.style.left = this.at(value);
  }

  // fits tells whether an answer is of the model whose bars these are.
  fits(answer) {
    return answer.labels.every((l) => this.rows.has(l.label));
  }

  show(answer) {
    const has = new Set(answer.labels.map((l) => l.label));
    for (const [key, r] of this.rows) if (key) r.li.hidden = !has.has(key); // some models have no output for na
    for (const l of answer.labels) {
      const r = this.rows.get(l.label);
      r.fill.style.width = `${100 * l.probability}%`;
      r.value.textContent = l.probability.toFixed(2);
      r.li.classList.toggle("best", l.label === answer.best);
    }
    const own = this.rows.get("");
    if (own) {
      own.fill.style.width = this.at(answer.score);
      own.value.textContent = answer.score.toFixed(1);
    }
  }
}
