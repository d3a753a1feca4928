// What the parts of the review workspace share: its words, its rows, and requests to the site.

import { Failed, fetched, jsonOf, readOf, request } from "./request.js";

export { Failed, readOf };

// The page's sentence called `name`, with what belongs in its {blanks}.
export function words(name, blanks = {}) {
  const sentence = document.getElementById("words").dataset[name];
  return sentence.replace(/\{(\w+)\}/g, (whole, blank) => blanks[blank] ?? whole);
}

export const inputOf = (row) => row.querySelector("input:not([type=hidden]), textarea, select");

// The parts of one card's page; `signal` ends its listeners when the next card takes its place.
export function openPage(form) {
  const ending = new AbortController();
  const rows = [...form.querySelectorAll(".ws-row[data-field]")];
  for (const row of rows) row.boxes = JSON.parse(row.dataset.boxes);
  return {
    form,
    rows,
    canvas: form.querySelector("#canvas"),
    isOpen: Boolean(form.dataset.open || form.dataset.stale),
    signal: ending.signal,
    end: () => ending.abort(),
    row: (name) => rows.find((row) => row.dataset.field === name),
    extras: () => [...form.querySelectorAll(".ws-extra")],
  };
}

// Gives an input a value as if it had been typed, so that drafts, marks and undo follow.
export function put(input, text) {
  if (input.disabled || input.value === text) return;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

export function focusRow(row) {
  row.closest("details")?.setAttribute("open", "");
  inputOf(row).focus();
}

const LARGEST_KEPT_ALIVE = 60_000; // browsers refuse to outlive a page with more than 64 KiB

// Sends a POST as `options()` describes it, and gives the answer. Throws Failed.
export async function ask(form, url, options) {
  return request(url, options, () => renewToken(form));
}

// Whoever has signed in again elsewhere is let in with the token of today.
async function renewToken(form) {
  const answer = await fetched(form.dataset.here);
  if (answer.redirected || !answer.ok) return false;
  const html = await readOf(answer.text());
  const now = new DOMParser().parseFromString(html, "text/html").forms[form.id];
  if (now?.dataset.user !== form.dataset.user) return false;
  form.elements.csrfmiddlewaretoken.value = now.elements.csrfmiddlewaretoken.value;
  return true;
}

// Sends JSON and gives the JSON that comes back. Throws Failed.
export async function post(form, url, data) {
  const body = JSON.stringify(data);
  const answer = await ask(form, url, () => ({
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
    },
    body,
    keepalive: body.length < LARGEST_KEPT_ALIVE / 3, // a character has up to three bytes
  }));
  const found = await jsonOf(answer) ?? {};
  if (!answer.ok) throw new Failed(found.error ?? words("trouble"), answer.status);
  return found;
}
