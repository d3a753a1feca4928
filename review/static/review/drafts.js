// What is typed is kept by itself: at once in this browser, a second later on the site. When the
// network or the session is gone it waits here and is sent later.

import { Failed, inputOf, post, put, words } from "./page.js";

const SAVE_AFTER_MS = 1000;
const TRY_AGAIN_MS = 10_000;
const PREFIX = "card-desk/draft/";
const EXTRA = "extra:";

const textOf = (extra) => extra.querySelectorAll("input")[1];

// `look` asks how the card stands now; it is called when the site says that it has moved on.
export function startDrafts(page, fields, look) {
  const { form, rows, signal } = page;
  const mine = `${PREFIX}${form.dataset.user}/`;
  const key = mine + form.dataset.card;
  const state = form.querySelector("#save-state");
  const standingExtra = JSON.parse(form.dataset.extra);
  const anyInput = document.createElement("input");
  const touched = new Set();
  let pending = null; // as JSON: what the site does not have yet
  let isKeptHere = true;
  let isSending = false;
  let isBringingBack = false;
  let isOver = false;
  let timer = 0;

  // What was typed ------------------------------------------------------------------------------

  // A text as an input would hold it: of one line, or with plain line ends.
  function held(input, text) {
    return Object.assign(input.cloneNode(true), { value: text }).value;
  }

  // [value that stood there when the typing began, typed value] of each field that was changed.
  function typed() {
    const found = {};
    for (const row of rows) {
      const text = inputOf(row).value;
      const isChanged = text !== held(inputOf(row), row.dataset.standing);
      if (isChanged) found[row.dataset.field] = [row.dataset.base ?? row.dataset.standing, text];
    }
    const further = new Map(page.extras().map((row) => [row.querySelector("input").value, row]));
    for (const name of new Set([...further.keys(), ...Object.keys(standingExtra)])) {
      const [before, row] = [standingExtra[name] ?? "", further.get(name)];
      const text = row ? textOf(row).value : "";
      if (text !== held(anyInput, before)) found[EXTRA + name] = [row?.dataset.base ?? before, text];
    }
    return found;
  }

  // The same, and null for each field whose typing was taken back.
  function told() {
    const now = typed();
    for (const name of Object.keys(now)) touched.add(name);
    return Object.fromEntries([...touched].map((name) => [name, now[name] ?? null]));
  }

  // Keeping and sending -------------------------------------------------------------------------

  // Beside what another tab with this card keeps.
  function keep(what = { version: Number(form.elements.version.value), typed: told() }) {
    const all = { ...stored(key)?.typed, ...what.typed };
    pending = JSON.stringify({ url: form.dataset.draft, ...what, typed: all });
    try {
      localStorage.setItem(key, pending);
      isKeptHere = true;
    } catch {
      isKeptHere = false;
    }
  }

  function forget(sent) {
    if (localStorage.getItem(key) === sent) localStorage.removeItem(key);
    if (pending === sent) pending = null;
  }

  async function send() {
    clearTimeout(timer);
    if (isOver || isSending || !pending) return;
    const sent = pending;
    const data = JSON.parse(sent);
    isSending = true;
    try {
      const answer = await post(form, form.dataset.draft, data);
      if (answer.is_whole) forget(sent);
      else if (pending === sent) pending = null; // the rest stays in this browser
      if (isOver || signal.aborted) return;
      state.textContent = answer.saved ? words("saved", { time: answer.saved }) : answer.error;
      // What is kept here only would be brought back again and again.
      const isDone = data.isBroughtBack && answer.is_whole;
      if (isDone && data.version !== answer.version) return location.reload();
      if (!answer.is_mine || answer.version !== data.version) look();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      explain(error);
      if (error.status !== 404) timer = setTimeout(send, TRY_AGAIN_MS);
      else forget(sent);
    } finally {
      isSending = false;
    }
    if (pending && pending !== sent && !signal.aborted) timer = setTimeout(send, SAVE_AFTER_MS);
  }

  function explain({ message, status }) {
    if (isOver || signal.aborted) return;
    if (message === "signed-out") {
      const link = document.createElement("a");
      link.href = form.dataset.here;
      link.textContent = words("signIn");
      state.replaceChildren(words("signedOut"), " ", link, ".");
      return;
    }
    const why = message === "offline" ? words("offline") : message;
    const kept = isKeptHere ? words("sentLater", { why }) : words("leaveOpen", { why });
    state.textContent = status === 404 ? message : kept;
  }

  // A conflict is told until the field is as the colleague has left it.
  function markConflict(row) {
    const theirs = row.querySelector(".ws-theirs");
    const input = row.dataset.field ? inputOf(row) : textOf(row);
    if (theirs) theirs.hidden = input.value === held(input, theirs.querySelector(".ws-take").dataset.value);
  }

  form.addEventListener("input", ({ target }) => {
    const row = target.closest(".ws-row");
    if (!row || isBringingBack) return;
    markConflict(row);
    keep();
    state.textContent = isKeptHere ? words("typing") : words("noDrafts");
    clearTimeout(timer);
    timer = setTimeout(send, SAVE_AFTER_MS);
  }, { signal });
  addEventListener("online", send, { signal });
  addEventListener("pagehide", send, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));

  // What did not reach the site -----------------------------------------------------------------

  function stored(name) {
    try {
      return JSON.parse(localStorage.getItem(name) ?? "null");
    } catch {
      localStorage.removeItem(name); // no draft of ours
      return null;
    }
  }

  // What could not be sent the last time that this card was open.
  function bringBack() {
    const kept = stored(key);
    if (!kept || !page.isOpen || form.dataset.stale) return;
    const all = { ...typed(), ...kept.typed };
    isBringingBack = true;
    for (const [name, texts] of Object.entries(kept.typed)) {
      if (!texts) continue; // taken back
      const [, text] = texts;
      if (name.startsWith(EXTRA)) bringBackExtra(name.slice(EXTRA.length), text);
      else if (page.row(name)) put(inputOf(page.row(name)), text);
    }
    isBringingBack = false;
    keep({ version: kept.version, typed: all, isBroughtBack: true });
    state.textContent = words("backAgain");
    send();
  }

  function bringBackExtra(name, text) {
    const row = page.extras().find((one) => one.querySelector("input").value === name) ?? fields.addField(name);
    put(textOf(row), text);
  }

  // What was typed on other cards and never reached the site.
  async function sendOthers() {
    for (const other of Object.keys(localStorage)) {
      const text = localStorage.getItem(other);
      if (!other.startsWith(mine) || other === key || !stored(other)) continue;
      try {
        const { url, ...data } = JSON.parse(text);
        const { is_whole: isWhole } = await post(form, url, data);
        if (isWhole && localStorage.getItem(other) === text) localStorage.removeItem(other);
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
        const isFinal = [400, 404].includes(error.status); // the card is gone, or this is no draft
        if (!isFinal) return;
        localStorage.removeItem(other);
      }
    }
  }

  for (const row of page.extras()) {
    row.querySelector(".ws-take")?.addEventListener("click", ({ target }) => {
      put(textOf(row), target.dataset.value);
      textOf(row).focus();
    }, { signal });
  }
  told(); // what is in a draft already can be taken back too
  bringBack();
  const others = setTimeout(sendOthers, SAVE_AFTER_MS);
  signal.addEventListener("abort", () => clearTimeout(others));

  document.getElementById("drop-draft")?.addEventListener("click", async (event) => {
    event.preventDefault();
    try {
      await post(form, form.dataset.draft, { version: form.elements.version.value, typed: {}, drop: true });
    } catch (error) {
      return explain(error);
    }
    end();
    location.reload();
  }, { signal });

  // The decision was taken: the site has dropped the draft, and so does this browser.
  function end() {
    isOver = true;
    clearTimeout(timer);
    localStorage.removeItem(key);
  }

  return {
    end,
    flush: send,
    isTyped: () => Object.keys(typed()).length > 0,
  };
}
