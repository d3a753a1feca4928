// The list of waiting cards: Enter saves, and nothing typed is left behind without a word.

const form = document.getElementById("changelist-form");
const cells = [...form.querySelectorAll("#result_list :is(input, textarea)[name^=form-]")];
const typed = () => cells.some((cell) => cell.type !== "hidden" && cell.value !== cell.defaultValue);
let isSending = false;

form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !cells.includes(event.target)) return;
  // Otherwise Enter would press the first button of the form, which runs an action.
  event.preventDefault();
  form.querySelector("[name=_save]")?.click();
});
form.addEventListener("submit", () => { isSending = true; });
window.addEventListener("pageshow", () => { isSending = false; });
window.addEventListener("beforeunload", (event) => {
  if (!isSending && typed()) event.preventDefault();
});
