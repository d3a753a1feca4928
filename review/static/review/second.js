// A second look: what is typed is kept in this browser until it is sent, Ctrl+Enter sends, Enter
// goes on, and the card stays this reviewer's meanwhile. Everything but that works without it.

import { drop, dropOld, keep, kept } from "./kept.js";
import { ask, post, words } from "./page.js";
import { Failed, jsonOf, readOf } from "./request.js";

const PREFIX = "card-desk/second/";
const KEPT_DAYS = 30; // of looks that were never opened again
const ASK_AGAIN_SECONDS = 20;

const cameAs = ({ defaultValue, options }) =>
  (options ? ([...options].find((option) => option.defaultSelected) ?? options[0]).value : defaultValue);
const isChanged = (input) =>
  (input.type === "radio" ? input.checked && !input.defaultChecked : input.value !== cameAs(input));

function start() {
  const form = document.getElementById("second");
  const said = document.getElementById("said");
  const state = document.getElementById("claim-state");
  const send = document.getElementById("send");
  const inputs = [...form.querySelectorAll(":is(input, textarea, select):not([type=hidden])")];
  const key = `${PREFIX}${form.dataset.user}/${form.dataset.look}/${form.elements.version.value}`;
  const isOver = Boolean(form.dataset.over);
  const ending = new AbortController();
  const { signal } = ending;
  const typed = new Set(); // names of fields
  let isKept = true;
  let isSending = false;
  let timer = 0;

  // `origin` is what the sentence is about, so that only that takes it back.
  function tell(sentence, origin = "") {
    said.dataset.origin = origin;
    said.classList.toggle("is-lost", origin !== "");
    if (said.textContent !== sentence) said.textContent = sentence; // it is read out
  }

  function explain({ message, status }, origin) {
    const known = { offline: "offline", "signed-out": "signedOut" };
    if (status === 404) endHere(words("gone"));
    else tell(words(known[message] ?? "broken"), origin);
  }

  // Nothing is left to do on this card.
  function endHere(sentence) {
    clearTimeout(timer);
    drop(key);
    tell(sentence, "send");
    for (const button of form.querySelectorAll(".second-bar button")) button.hidden = true;
    document.getElementById("onward").hidden = false;
  }

  // What was typed --------------------------------------------------------------------------------

  // What is typed is what is meant.
  function chooseTyped(group) {
    const other = group.querySelector("[value=other]");
    other.checked = true;
    typed.add(other.name);
  }

  function keepTyped() {
    const texts = [...typed].map((name) => [name, form.elements[name].value]);
    isKept = keep(key, Object.fromEntries(texts));
    if (!isKept) tell(words("unkept"));
  }

  function bringBack() {
    for (const input of inputs.filter(isChanged)) typed.add(input.name); // before this script ran
    let isBack = false;
    for (const [name, text] of Object.entries(kept(key) ?? {})) {
      const field = form.elements[name];
      if (!field || typed.has(name)) continue;
      isBack ||= field.value !== text;
      field.value = text;
      typed.add(name);
    }
    for (const group of form.querySelectorAll(".second-choice")) {
      const text = group.querySelector(".second-typed :is(input, textarea, select)").value;
      if (text.trim() && !group.querySelector("[type=radio]:checked")) chooseTyped(group);
    }
    if (typed.size) keepTyped();
    if (isBack && isKept) tell(words("backAgain"));
  }

  form.addEventListener("input", ({ target }) => {
    if (isOver) return;
    const group = target.type !== "radio" && target.closest(".second-choice");
    if (group) chooseTyped(group);
    typed.add(target.name);
    keepTyped();
  });
  addEventListener("beforeunload", (event) => {
    if (!isKept && !isSending) event.preventDefault();
  }, { signal });

  // Whose card it is ------------------------------------------------------------------------------

  async function renew() {
    clearTimeout(timer);
    if (isSending) return;
    let seconds = ASK_AGAIN_SECONDS;
    try {
      const claim = await post(form, form.dataset.claim, {});
      if (isSending || signal.aborted) return;
      seconds = claim.renew_after ?? seconds;
      const { until } = claim;
      state.textContent = until ? words("yours", { time: until }) : "";
      if (claim.refused) tell(claim.refused, "claim");
      else if (said.dataset.origin === "claim") tell("");
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (isSending || signal.aborted) return;
      explain(error, "claim");
      if (error.status === 404) return;
    }
    clearTimeout(timer); // another may have been asked meanwhile
    timer = setTimeout(renew, seconds * 1000);
  }

  // Sending ---------------------------------------------------------------------------------------

  function sent(action) {
    const body = new FormData(form);
    body.set("action", action);
    return { body, headers: { Accept: "application/json" } };
  }

  async function deliver(action) {
    if (isSending) return; // a second press sends nothing twice
    if (action === "skip" && typed.size && !confirm(words("skipDrops"))) return;
    isSending = true;
    clearTimeout(timer);
    form.setAttribute("aria-busy", "true");
    try {
      const answer = await ask(form, form.dataset.here, () => sent(action));
      if (!answer.ok) throw new Failed(words("trouble"), answer.status);
      const told = await jsonOf(answer);
      if (told) {
        drop(key);
        location.assign(told.next);
      } else if (!replace(await readOf(answer.text()))) {
        throw new Failed(words("trouble"), answer.status);
      }
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      stay();
      explain(error, "send");
    }
  }

  function stay() {
    isSending = false;
    form.removeAttribute("aria-busy");
    timer = setTimeout(renew, ASK_AGAIN_SECONDS * 1000);
  }

  // The page as the site sends it back takes the place of this one; false when it is none.
  function replace(html) {
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("second");
    if (!next) return false;
    ending.abort();
    clearTimeout(timer);
    form.replaceWith(document.adoptNode(next));
    start();
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    deliver((event.submitter ?? send).value);
  });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      if (send) form.requestSubmit(send);
    } else if (event.target.matches("input")) {
      // Otherwise Enter in a field would send the whole card.
      event.preventDefault();
      const shown = inputs.filter((input) => input.checkVisibility());
      shown[shown.indexOf(event.target) + 1]?.focus();
    }
  });

  // Beginning -------------------------------------------------------------------------------------

  if (isOver) {
    drop(key);
    document.getElementById("onward").focus();
    return;
  }
  dropOld(PREFIX, KEPT_DAYS);
  bringBack();
  addEventListener("pageshow", ({ persisted }) => { if (persisted) stay(); }, { signal });
  addEventListener("online", renew, { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") renew();
  }, { signal });
  renew();
  const wrong = form.querySelector(".second-error")?.parentElement.querySelector("input, textarea, select");
  const isFree = document.activeElement === document.body; // nobody has begun to type
  if (wrong || (isFree && matchMedia("(min-width: 801px)").matches)) (wrong ?? inputs[0])?.focus();
}

start();
