// What to do with the frames that the server refuses: it stays on the page until
// they are saved under other names or discarded.

// Refused fills notice, which it hides while there are none.
export class Refused {
  constructor(notice) {
    this.notice = notice;
    this.text = document.createElement("p");
    this.text.setAttribute("role", "alert");
    const form = document.createElement("form");
    form.className = "row";
    const field = (name) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "text", name: name.toLowerCase(), required: true, maxLength: 100, autocomplete: "off" });
      label.className = "grow";
      label.append(name, input);
      form.append(label);
      return input;
    };
    this.category = field("Category");
    this.person = field("Person");
    form.append(Object.assign(document.createElement("button"), { textContent: "Save under these names" }));
    const discard = Object.assign(document.createElement("button"), { type: "button", textContent: "Discard" });
    form.append(discard);
    notice.append(this.text, form);
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.outbox.rename(this.category.value.trim().normalize(), this.person.value.trim().normalize());
    });
    discard.addEventListener("click", () => {
      if (confirm(`Discard ${this.count} frame${this.count === 1 ? "" : "s"} for good?`)) this.outbox.discard();
    });
  }

  // show shows how many there are, and of the first its names and the reason.
  show(count, first, why) {
    if (count > 0 && this.notice.hidden) {
      this.category.value = first.category;
      this.person.value = first.person;
    }
    this.count = count;
    this.notice.hidden = count === 0;
    const text = count === 0 ? "" : `${count} frame${count === 1 ? " was" : "s were"} refused, and ${count === 1 ? "is" : "are"} kept in this browser. ${first.category}, ${first.person}: ${why}`;
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}
