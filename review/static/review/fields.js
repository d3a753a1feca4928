// The fields of a card: marks, the machine's value back, checks, moving values.

import { Failed, focusRow, inputOf, post, put, words } from "./page.js";
import { startFurtherFields } from "./further.js";

const CHECKED = ["phone", "email", "url"];
const CHECK_AFTER_MS = 400;
const KEYS = 9; // doubtful fields that have a digit of their own

export function startFields(page, say) {
  const { form, rows, signal } = page;
  const labelOf = (row) => row.querySelector("label").textContent;
  const whyOf = (row) => row.querySelector("[data-why]");

  function mark(row) {
    const text = inputOf(row).value;
    const isEdited = text.trim() !== row.dataset.machine.trim();
    const revert = row.querySelector(".ws-revert");
    row.classList.toggle("is-edited", isEdited && Boolean(revert));
    if (revert) revert.hidden = !isEdited;
  }

  function revert(row) {
    if (row.querySelector(".ws-revert")) put(inputOf(row), row.dataset.machine);
    inputOf(row).focus();
  }

  // Says under a number or an address what is wrong with its form; it keeps nobody from approving.
  function check(row) {
    clearTimeout(row.checking);
    row.checking = setTimeout(async () => {
      const text = inputOf(row).value;
      try {
        const { doubt } = await post(form, form.dataset.check, { field: row.dataset.field, text });
        if (signal.aborted || inputOf(row).value !== text) return;
        const reason = text.trim() === row.dataset.machine.trim() ? row.reason : "";
        whyOf(row).textContent = doubt || reason;
        row.classList.toggle("is-warned", Boolean(doubt));
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
      }
    }, CHECK_AFTER_MS);
  }

  // A text that is longer than its field stands below it in full.
  function unfold(row) {
    const input = inputOf(row);
    const isLong = input.matches("input") && input.scrollWidth > input.clientWidth + 1;
    row.querySelector(".ws-whole").textContent = isLong ? input.value : "";
  }

  for (const row of rows) {
    row.reason = whyOf(row).textContent;
    const described = [inputOf(row).getAttribute("aria-describedby"), whyOf(row).id];
    inputOf(row).setAttribute("aria-describedby", described.filter(Boolean).join(" "));
    mark(row);
    inputOf(row).addEventListener("input", () => {
      mark(row);
      unfold(row);
      row.classList.remove("is-accepted");
      if (CHECKED.includes(row.dataset.kind)) check(row);
    }, { signal });
    row.querySelector(".ws-revert")?.addEventListener("click", () => revert(row), { signal });
    row.querySelector(".ws-take")?.addEventListener("click", (event) => {
      put(inputOf(row), event.currentTarget.dataset.value);
      inputOf(row).focus();
    }, { signal });
  }

  const wide = new ResizeObserver(() => rows.forEach(unfold));
  wide.observe(form.querySelector(".ws-fields"));
  signal.addEventListener("abort", () => wide.disconnect());

  const numbered = rows.filter((row) => row.matches(".is-doubtful, .is-conflict"));
  for (const [index, row] of numbered.slice(0, KEYS).entries()) {
    row.querySelector(".ws-press").textContent = words("key", { number: index + 1 });
  }

  // What still wants a person's eye, from top to bottom.
  const doubtful = () => numbered.filter((row) => !row.matches(".is-accepted"));

  // Takes a field as it is, and goes to the next doubtful one; after the last one to the button
  // that approves.
  function accept(row) {
    row.classList.add("is-accepted");
    const left = doubtful();
    const isBelow = (other) => row.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
    const next = left.find(isBelow) ?? left[0];
    if (next) focusRow(next);
    else form.querySelector("#approve")?.focus();
  }

  function goTo(number) {
    if (numbered[number - 1]) focusRow(numbered[number - 1]);
  }

  // Moving a value ----------------------------------------------------------------------------

  const dialog = document.getElementById("move");
  const select = dialog.querySelector("select");
  let moving = null;

  function move(row) {
    if (!page.isOpen) return;
    moving = row;
    const others = rows.filter((other) => other !== row);
    select.replaceChildren(...others.map((other) => {
      const text = inputOf(other).value;
      const field = labelOf(other);
      return new Option(text ? words("fieldAndText", { field, text }) : field, other.dataset.field);
    }));
    const alike = others.filter((other) => other.dataset.kind === row.dataset.kind);
    const near = alike.find((other) => rows.indexOf(other) > rows.indexOf(row)) ?? alike.at(-1);
    if (near) select.value = near.dataset.field;
    dialog.returnValue = ""; // left with Escape it would still say what was said the last time
    dialog.showModal();
    select.focus();
  }

  select.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.repeat) return;
    event.preventDefault();
    dialog.close("move");
  }, { signal });

  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "move" || !moving) return;
    const target = page.row(select.value);
    const [from, to] = [inputOf(moving), inputOf(target)];
    const [mine, theirs] = [from.value, to.value];
    put(to, mine);
    put(from, theirs);
    say(theirs ? words("swapped") : words("moved"));
    focusRow(target);
  }, { signal });

  return { accept, doubtful, goTo, move, revert, ...startFurtherFields(page, say) };
}
