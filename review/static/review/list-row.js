// A row of the list of waiting cards: what was typed in it, its way to the server, the answer.

import { fit } from "./list-columns.js";
import { words } from "./page.js";
import { jsonOf, request, token } from "./request.js";

export const form = document.getElementById("changelist-form");
const news = document.getElementById("row-news");
const RETRY_AFTER_MS = 10_000;

export class Row {
  constructor(tr, number) {
    this.tr = tr;
    this.number = number;
    this.cells = new Map(); // inputs by field
    for (const input of tr.querySelectorAll(`[name^="form-${number}-"]`)) {
      this.cells.set(input.name.replace(`form-${number}-`, ""), input);
    }
    this.state = document.createElement("span");
    this.state.className = "row-state";
    tr.querySelector(".field-doubts")?.append(this.state);
    this.note = null; // the table row below with what went wrong
    this.needs = ""; // what keeps it unsaved: "" or "person" (refused) or "network"
    this.sending = null; // a promise while it is under way
    this.sent = new Map();
  }

  hidden(name) { return form.elements[`form-${this.number}-${name}`]; }
  seen(field) { return form.elements[`initial-form-${this.number}-${field}`]; }
  get id() { return this.hidden("id").value; }
  get name() { return this.cells.get("full_name").value || this.cells.get("company").value; }
  isTyped(field) { return this.cells.get(field).value !== this.seen(field).value; }
  get isTouched() { return [...this.cells.keys()].some((field) => this.isTyped(field)); }
  get isNews() {
    return this.isTouched
      && [...this.cells].some(([field, input]) => input.value !== this.sent.get(field));
  }

  tell(text, kind = "") {
    this.state.textContent = text;
    this.state.dataset.kind = kind;
  }

  // Sends the row as it is now; what is typed meanwhile is sent after it.
  send() {
    if (this.sending) return this.sending;
    if (!this.isTouched) return Promise.resolve();
    this.sending = this.deliver().finally(() => { this.sending = null; });
    return this.sending;
  }

  async deliver() {
    this.sent = new Map([...this.cells].map(([field, input]) => [field, input.value]));
    this.tell(words("saving"));
    const body = new URLSearchParams({
      csrfmiddlewaretoken: token(form),
      version: this.hidden("version").value,
      seen_status: this.hidden("seen_status").value,
    });
    for (const [field, text] of this.sent) {
      body.set(field, text);
      body.set(`initial-${field}`, this.seen(field).value);
    }
    const url = new URL(`${this.id}/cells/`, location.origin + location.pathname);
    let answer;
    try {
      const response = await request(url, () => ({ body, redirect: "manual", keepalive: true }));
      if (response.status >= 500 || response.status === 429) return this.waitForNetwork();
      answer = await jsonOf(response);
    } catch (failure) {
      if (failure.message !== "signed-out") return this.waitForNetwork();
    }
    if (answer?.values) this.take(answer);
    else this.fail("person", answer?.error ?? words("signedOut"));
  }

  waitForNetwork() {
    this.fail("network", words("offline"));
    setTimeout(() => { if (this.needs === "network") this.send(); }, RETRY_AFTER_MS);
  }

  // How the card stands now becomes what this row starts from; what was typed since stays.
  take(answer) {
    this.hidden("version").value = answer.version;
    this.hidden("seen_status").value = answer.status;
    const isRefused = Boolean(answer.errors);
    for (const [field, text] of Object.entries(answer.values)) {
      const input = this.cells.get(field);
      const isSaved = !isRefused && input.value === this.sent.get(field);
      if (isSaved || !this.isTyped(field)) input.value = text;
      this.seen(field).value = text;
      input.defaultValue = text;
      fit(input);
    }
    this.mark(answer.marks);
    if (isRefused) this.fail("person", "", answer.errors);
    else {
      this.settle();
      if (answer.saved) {
        this.tell(words("saved", { time: answer.saved }), "ok");
        news.textContent = words("savedNews", { card: answer.name, time: answer.saved });
      }
    }
  }

  mark(marks) {
    for (const badge of this.tr.querySelectorAll(".field-doubts .badge")) badge.remove();
    const badges = marks.flatMap(([kind, text]) => {
      const badge = document.createElement("span");
      badge.className = `badge badge-${kind}`;
      badge.textContent = text;
      return [badge, " "];
    });
    this.state.before(...badges);
  }

  // Says below the row why it is not saved, and offers what can be done about it.
  fail(needs, sentence, errors = {}) {
    if (needs === "network" && this.needs === needs && this.note) {
      this.tell(words("unsaved"), "bad"); // said already
      return;
    }
    this.settle();
    this.needs = needs;
    this.tell(words("unsaved"), "bad");
    const sentences = sentence ? [sentence] : [];
    for (const [field, texts] of Object.entries(errors)) {
      const input = this.cells.get(field);
      input?.setAttribute("aria-invalid", "true");
      input?.setAttribute("aria-describedby", `row-note-${this.number}`);
      const label = input?.closest("td").dataset.label;
      sentences.push(...texts.map((text) => (label ? `${label}: ${text}` : text)));
    }
    const cell = document.createElement("td");
    cell.colSpan = this.tr.cells.length;
    cell.id = `row-note-${this.number}`;
    for (const text of sentences) {
      const line = document.createElement("p");
      line.dir = "auto";
      line.textContent = text;
      cell.append(line);
    }
    cell.append(
      button(words("again"), () => this.send()),
      button(words("back"), () => { this.putBack(); this.cells.values().next().value.focus(); }),
    );
    this.note = document.createElement("tr");
    this.note.className = "row-note";
    this.note.append(cell);
    this.tr.after(this.note);
    news.textContent = `${this.name}: ${sentences.join(" ")}`;
  }

  settle() {
    this.needs = "";
    this.tell("");
    const hadFocus = this.note?.contains(document.activeElement);
    this.note?.remove();
    this.note = null;
    for (const input of this.cells.values()) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
    if (hadFocus) this.cells.values().next().value.focus();
  }

  putBack(fields = [...this.cells.keys()]) {
    for (const field of fields) this.cells.get(field).value = this.seen(field).value;
    if (!this.isTouched) this.settle();
  }
}

function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}
