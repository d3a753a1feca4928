// Whose card it is: taken when the page opens, renewed while it is open, given up by itself.

import { Failed, post, words } from "./page.js";

const ASK_AGAIN_SECONDS = 20;

export function startClaim(page, { say, isTyped, loadAnew }) {
  const { form, signal } = page;
  const held = document.getElementById("held");
  const state = document.getElementById("claim-state");
  const decisions = document.getElementById("decisions");
  let timer = 0;
  let told = "";

  // Each sentence once: it is read out, and must not take the place of a later one every minute.
  function tell(sentence) {
    if (sentence !== told) say(sentence);
    told = sentence;
  }

  async function renew(more = {}) {
    clearTimeout(timer);
    if (!form.dataset.open) return;
    let seconds = ASK_AGAIN_SECONDS;
    try {
      const claim = await post(form, form.dataset.claim, more);
      if (signal.aborted) return;
      seconds = claim.renew_after ?? seconds;
      show(claim);
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (error.status === 404) return tell(error.message);
    }
    if (!signal.aborted) timer = setTimeout(renew, seconds * 1000);
  }

  function show(claim) {
    if (!claim.open) {
      tell(words("movedOn", { status: claim.status }));
      return;
    }
    const isNews = held.hidden && !claim.mine;
    held.hidden = claim.mine;
    decisions.hidden = decisions.disabled = !claim.mine;
    state.textContent = claim.mine ? words("yours", { time: claim.until }) : "";
    if (!claim.mine) {
      const sentence = words("held", { name: claim.by, time: claim.until });
      document.getElementById("held-by").textContent = sentence;
      if (isNews) tell(sentence);
    } else if (claim.version !== Number(form.elements.version.value)) {
      changed();
    }
  }

  // Somebody has written on the card since this page was made.
  function changed() {
    if (isTyped()) tell(words("changedTyped"));
    else loadAnew(words("changed"));
  }

  held.querySelector("[value=take_over]").addEventListener("click", (event) => {
    event.preventDefault();
    renew({ take_over: true });
  }, { signal });
  addEventListener("online", () => renew(), { signal });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") renew();
  }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  renew();
  return { renew: () => renew() };
}
