// What the parts of the review workspace share: its rows, and requests to the site.

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

// Why a request brought nothing: "offline", "signed-out", or a sentence of the site. `status` is
// that of its answer, 0 without one.
export class Failed extends Error {
  constructor(why, status = 0) {
    super(why);
    this.status = status;
  }
}

const TROUBLE = "The site cannot do this just now.";
const LARGEST_KEPT_ALIVE = 60_000; // browsers refuse to outlive a page with more than 64 KiB

// Sends a POST as `options()` describes it, and gives the answer. Throws Failed.
export async function ask(form, url, options) {
  let answer = await fetched(url, { ...options(), method: "POST" });
  // Whoever has signed in again elsewhere is let in with the token of today.
  if (answer.status === 403 && await renewToken(form)) {
    answer = await fetched(url, { ...options(), method: "POST" });
  }
  if (answer.redirected || answer.status === 403) throw new Failed("signed-out", answer.status);
  return answer;
}

async function fetched(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new Failed("offline");
  }
}

// What an answer holds, unless the network goes before it is here. Throws Failed.
export async function readOf(body) {
  try {
    return await body;
  } catch {
    throw new Failed("offline");
  }
}

async function renewToken(form) {
  const answer = await fetched(form.dataset.here);
  if (answer.redirected || !answer.ok) return false;
  const html = await readOf(answer.text());
  const now = new DOMParser().parseFromString(html, "text/html").forms.workspace;
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
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = isJson ? await readOf(answer.json()) : {};
  if (!answer.ok) throw new Failed(found.error ?? TROUBLE, answer.status);
  return found;
}
