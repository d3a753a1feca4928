// Decisions without leaving the page: the next card, fetched beforehand, takes the place of this one.

import { Failed, ask, readOf, words } from "./page.js";

const IDLE_MS = 60_000;

export function startDecisions(page, { drafts, fields, say, replace }) {
  const { form, signal } = page;
  const prefetched = { url: "", html: null };
  let isSending = false;

  // Time ----------------------------------------------------------------------------------------

  let seconds = 0;
  let touched = performance.now();
  for (const name of ["keydown", "pointermove", "wheel", "input"]) {
    addEventListener(name, () => { touched = performance.now(); }, { signal, passive: true });
  }
  const clock = setInterval(() => {
    const isAway = document.hidden || performance.now() - touched > IDLE_MS;
    if (!isAway) seconds += 1;
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(clock));

  // The next card -------------------------------------------------------------------------------

  async function prefetch() {
    const url = form.dataset.next;
    if (!url) return;
    try {
      const response = await fetch(url, { headers: { Purpose: "prefetch" }, signal });
      if (!response.ok || response.redirected) return;
      Object.assign(prefetched, { url, html: await response.text() });
      const next = new DOMParser().parseFromString(prefetched.html, "text/html");
      for (const image of next.querySelectorAll("#canvas img, .ws-sides img")) {
        new Image().src = image.getAttribute("src");
      }
    } catch { /* it is fetched when it is needed */ }
  }
  if (page.isOpen) setTimeout(prefetch, 200);

  async function goTo(url, told = {}) {
    let html = prefetched.url === url ? prefetched.html : null;
    if (!html) {
      const response = await fetch(url).catch(() => null);
      if (!response) {
        const done = told.said || words("done");
        say(onward(words("noNext", { done }), url));
        return;
      }
      const isPage = response.ok && response.headers.get("Content-Type")?.startsWith("text/html");
      if (!isPage) return location.assign(url);
      html = await response.text();
      url = response.url;
    }
    if (!replace(html, told)) return location.assign(url);
    history.pushState(null, "", url);
  }

  // Sending -------------------------------------------------------------------------------------

  function sent(action) {
    const data = new FormData(form);
    data.set("action", action);
    data.set("seconds", String(Math.max(1, seconds)));
    return { body: data, headers: { Accept: "application/json" } };
  }

  async function decide(action) {
    if (isSending) return;
    if (action === "skip" && drafts.isTyped()) {
      say(words("draftStays"));
      drafts.flush();
    }
    isSending = true;
    form.setAttribute("aria-busy", "true");
    try {
      const response = await ask(form, form.dataset.here, () => sent(action));
      const isAnswer = response.headers.get("Content-Type")?.startsWith("application/json");
      if (isAnswer && response.ok) {
        const { next, ...told } = await readOf(response.json());
        if (action !== "skip") drafts.end();
        await goTo(next, told);
      } else if (response.status === 404) {
        say(onward(words("erased"), form.dataset.queue));
      } else if (isAnswer || !replace(await readOf(response.text()))) {
        say(words("notDecided"));
      }
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      const isSignedOut = error.message === "signed-out";
      say(isSignedOut ? words("signedOutDeciding") : words("offlineDeciding"));
    } finally {
      isSending = false;
      form.removeAttribute("aria-busy");
    }
  }

  // Where nothing is left to decide on this card: why, and the way on.
  function onward(why, url) {
    const place = document.createElement("span");
    const link = document.createElement("a");
    link.href = url;
    link.textContent = words("reviewNext");
    place.append(`${why} `, link);
    return place;
  }

  form.addEventListener("submit", (event) => {
    const action = event.submitter?.value;
    if (!["approve", "reject", "send_back", "skip"].includes(action)) return;
    event.preventDefault();
    decide(action);
  }, { signal });

  document.getElementById("reason")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    decide("reject");
  }, { signal });
  const reject = document.getElementById("reject");
  reject?.addEventListener("toggle", () => {
    if (reject.open) document.getElementById("reason").focus();
  }, { signal });

  const click = (id) => () => {
    const button = document.getElementById(id);
    if (!button?.closest("[hidden]")) button?.click();
    else say(words("colleagueHasIt"));
  };
  return {
    approve: click("approve"),
    skip: click("skip"),
    openReject() {
      if (reject) reject.open = !reject.open;
    },
    undoDecision: () => document.getElementById("undo-decision")?.click(),
  };
}
