// Snippet review: Enter settles a row and goes to the next one. The answer is not waited for; a
// row that could not be saved says so and is sent again with the next Enter.

import { jsonOf, request, token } from "./request.js";

const list = document.getElementById("snippets");
const said = document.getElementById("said");
const clear = document.getElementById("clear");
const clearCount = document.getElementById("clear-count");
const badges = { sending: "accent", done: "ok", failed: "bad", refused: "bad" };
const rows = [...(list?.querySelectorAll(".snippet") ?? [])].map((place) => {
  const form = place.querySelector("form");
  const input = form.elements.text;
  return {
    place, form, input,
    settled: input.value, // the text that the server has
    state: "", isSending: false, number: null, isClear: false, again: null,
  };
});
const rowOf = (element) => rows.find((row) => row.place.contains(element));
const isTyped = (row) => row.input.value !== row.settled;

// What a row shows ---------------------------------------------------------------------------

const part = (row, selector) => row.place.querySelector(selector);

function mark(row) {
  const { machine } = row.place.dataset;
  const canRevert = "hasMachine" in row.place.dataset && row.input.value !== machine;
  part(row, "[data-do=revert]").hidden = !canRevert || (row.state === "done" && !isTyped(row));
  part(row, "[data-do=undo]").hidden = row.number === null || row.isSending || isTyped(row);
  part(row, "[data-do=save]").hidden = row.isSending || (row.state === "done" && !isTyped(row));
}

function show(row, state, words = "", problem = "") {
  row.state = state;
  row.place.dataset.state = state;
  row.place.classList.toggle("is-refused", state === "refused");
  const badge = part(row, "[data-state]");
  badge.className = `badge badge-${badges[state] ?? "quiet"}`;
  badge.textContent = words;
  badge.hidden = !words;
  const place = part(row, ".snippet-problem");
  place.textContent = problem;
  place.hidden = !problem;
  if (state !== "refused") part(row, ".snippet-theirs").hidden = true;
  if (problem || (words && state !== "sending")) {
    said.textContent = `${row.input.getAttribute("aria-label")}: ${problem || words}`;
  }
  mark(row);
}

function countClear(row, isClear) {
  const count = Number(clearCount.textContent) + Number(isClear) - Number(row.isClear);
  row.isClear = isClear;
  clearCount.textContent = String(count);
  clear.hidden = count === 0;
}

// Saving -------------------------------------------------------------------------------------

async function send(row, undoes = false) {
  if (row.isSending) return;
  const body = new URLSearchParams(new FormData(row.form));
  body.delete("csrfmiddlewaretoken");
  if (undoes) body.set("undo", row.number);
  const sent = row.input.value;
  row.isSending = true;
  row.again = null;
  show(row, "sending", list.dataset.sending);
  const headers = { Accept: "application/json", "X-CSRFToken": token(row.form) };
  let response = null;
  let answer = null;
  let why = "broken";
  try {
    response = await request(row.form.action, () => ({ body, headers }));
    answer = await jsonOf(response);
  } catch (failure) {
    why = failure.message === "signed-out" ? "signedOut" : "failed";
  }
  row.isSending = false;
  if (answer?.message && response.ok) return settle(row, answer, sent, undoes);
  if (answer?.message) return refuse(row, answer);
  row.again = () => send(row, undoes);
  show(row, "failed", "", list.dataset[why]);
}

function keepStanding(row, { version, status }, text) {
  Object.assign(row.form.elements.version, { value: version });
  Object.assign(row.form.elements.status, { value: status });
  Object.assign(row.form.elements.seen, { value: text });
}

function settle(row, answer, sent, undoes) {
  keepStanding(row, answer, answer.text);
  row.number = undoes ? null : answer.number;
  // What was typed while the answer was on its way stays.
  if (row.input.value === sent) row.input.value = answer.text;
  row.settled = answer.text;
  countClear(row, answer.is_clear);
  const isOpen = undoes || isTyped(row);
  show(row, isOpen ? "" : "done", isOpen ? "" : answer.message);
  if (undoes) said.textContent = answer.message;
}

function refuse(row, answer) {
  show(row, "refused", "", answer.message);
  if (answer.theirs === undefined) return;
  keepStanding(row, answer, answer.theirs);
  row.number = null;
  part(row, ".snippet-their-text").textContent = answer.theirs;
  part(row, ".snippet-theirs").hidden = false;
  part(row, "[data-do=take]").hidden = false;
  mark(row);
}

function sendAgain() {
  for (const row of rows) row.again?.();
}

// Keys and buttons ---------------------------------------------------------------------------

function focusOn(row) {
  row.input.focus({ preventScroll: true });
  row.place.scrollIntoView({ block: "center" });
  const end = row.input.value.length;
  if (row.input.tagName !== "SELECT") row.input.setSelectionRange(end, end);
}

// The next row that waits, from the first again after the last.
function goOn(row) {
  const at = rows.indexOf(row);
  const others = [...rows.slice(at + 1), ...rows.slice(0, at)];
  const next = others.find((other) => !other.isSending && other.state !== "done");
  if (next) focusOn(next);
  else document.querySelector("[data-onward]")?.focus();
}

// Writes as a person would, so that the browser's own undo brings back what was typed.
function write(row, text) {
  row.input.focus();
  if (row.input.tagName !== "SELECT" && row.input.value !== text) {
    row.input.select();
    document.execCommand(text ? "insertText" : "delete", false, text);
  }
  row.input.value = text; // changes nothing that is written already
  edited(row);
}

function revert(row) {
  if ("hasMachine" in row.place.dataset) write(row, row.place.dataset.machine);
}

function edited(row) {
  if (row.state === "done" && isTyped(row)) show(row, "");
  else mark(row);
}

function enter(row) {
  sendAgain();
  if (row.state !== "done") send(row);
  goOn(row);
}

function step(row, by) {
  const next = rows[rows.indexOf(row) + by];
  if (next) focusOn(next);
}

const buttons = {
  undo: (row) => {
    send(row, true);
    focusOn(row);
  },
  revert,
  take: (row) => write(row, part(row, ".snippet-their-text").textContent),
};

list?.addEventListener("keydown", (event) => {
  const row = rowOf(event.target);
  if (event.target !== row?.input || event.isComposing) return;
  const isLong = row.input.tagName === "TEXTAREA";
  const keys = {
    Enter: event.shiftKey && isLong ? null : () => !event.repeat && enter(row),
    Escape: () => revert(row),
    ArrowDown: row.input.tagName === "INPUT" ? () => step(row, 1) : null,
    ArrowUp: row.input.tagName === "INPUT" ? () => step(row, -1) : null,
  };
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
list?.addEventListener("submit", (event) => {
  event.preventDefault();
  enter(rowOf(event.target));
});
list?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) buttons[button.dataset.do]?.(rowOf(button));
});
list?.addEventListener("input", (event) => edited(rowOf(event.target)));
window.addEventListener("online", sendAgain);
window.addEventListener("beforeunload", (event) => {
  if (rows.some((row) => row.isSending || row.again || isTyped(row))) event.preventDefault();
});

for (const row of rows) mark(row);
const tab = document.querySelector(".snippet-tabs [aria-current]");
tab.scrollIntoView({ block: "nearest", inline: "center" });
if (rows.length && matchMedia("(min-width: 801px)").matches) rows[0].input.focus();
