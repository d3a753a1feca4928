// A second look: Ctrl+Enter sends, Enter goes on, and the card stays this reviewer's meanwhile.

import { token } from "./token.js";

const form = document.getElementById("second");
const held = document.getElementById("held");
const send = document.getElementById("send");
const inputs = [...form.querySelectorAll(":is(input, textarea, select):not([type=hidden])")];
const changed = () => inputs.some((input) => {
  if (input.type === "radio") return input.checked !== input.defaultChecked;
  if (input.options) return ![...input.options].some((option) => option.selected && option.defaultSelected) && input.value !== "";
  return input.value !== input.defaultValue;
});
let isLeaving = false;

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit(send);
  } else if (event.target.matches("input")) {
    // Otherwise Enter in a field would send the whole card.
    event.preventDefault();
    const shown = inputs.filter((input) => input.checkVisibility());
    shown[shown.indexOf(event.target) + 1]?.focus();
  }
});

// What is typed is what is meant.
form.addEventListener("input", (event) => {
  const choice = event.target.type !== "radio" && event.target.closest(".second-choice");
  if (choice) choice.querySelector("input[value=other]").checked = true;
});

// Nothing is sent that would not arrive: what is typed is kept on this page alone.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isLeaving) return; // a second press sends nothing twice
  isLeaving = true;
  isLeaving = await hold();
  if (!isLeaving) return;
  form.elements.csrfmiddlewaretoken.value = token(form);
  form.submit();
});
document.getElementById("skip").addEventListener("submit", (event) => {
  if (changed() && !confirm("What you changed on this card is not kept when you skip it. Skip it?")) event.preventDefault();
  else isLeaving = true;
});
window.addEventListener("pageshow", () => { isLeaving = false; });
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && changed()) event.preventDefault();
});

// Keeps the card for whoever has this page open; whether it is theirs still, or else says why not.
async function hold() {
  const body = new FormData();
  body.set("action", "hold");
  body.set("csrfmiddlewaretoken", token(form));
  try {
    const response = await fetch(location.href, { method: "POST", body, redirect: "manual" });
    held.textContent = response.ok ? (await response.json()).refused : whyNot(response);
  } catch {
    held.textContent = "The server cannot be reached just now; what you typed stays on this page.";
  }
  held.classList.toggle("is-lost", held.textContent !== "");
  return held.textContent === "";
}

function whyNot({ status, type }) {
  if (type === "opaqueredirect" || status === 403) {
    return "You are signed out. What you typed stays on this page: sign in in another tab, then press again.";
  }
  if (status === 404) return "This card is not here any more: it was erased. Nothing of yours was written.";
  return "The server cannot do this just now; what you typed stays on this page. Press again later.";
}

setInterval(hold, Number(form.dataset.renewSeconds) * 1000);
(form.querySelector(".second-error")?.parentElement.querySelector("input, textarea, select") ?? inputs[0])?.focus();
