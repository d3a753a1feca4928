// A second look: Ctrl+Enter sends, Enter goes on, and the card stays this reviewer's meanwhile.

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

form.addEventListener("submit", (event) => {
  if (isLeaving) event.preventDefault(); // a second press sends nothing twice
  isLeaving = true;
});
document.getElementById("skip").addEventListener("submit", (event) => {
  if (changed() && !confirm("What you changed on this card is not kept when you skip it. Skip it?")) event.preventDefault();
  else isLeaving = true;
});
window.addEventListener("pageshow", () => { isLeaving = false; });
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && changed()) event.preventDefault();
});

async function hold() {
  const body = new FormData();
  body.set("action", "hold");
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const response = await fetch(location.href, { method: "POST", body, redirect: "error" });
    const { refused } = await response.json();
    held.textContent = refused;
  } catch {
    held.textContent = "The server cannot be reached just now; what you typed stays on this page.";
  }
  held.classList.toggle("is-lost", held.textContent !== "");
}

setInterval(hold, Number(form.dataset.renewSeconds) * 1000);
(form.querySelector(".second-error")?.parentElement.querySelector("input, textarea, select") ?? inputs[0])?.focus();
