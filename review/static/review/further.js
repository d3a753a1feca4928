// Further fields: those that a card has beyond the usual ones, by a name that people choose.

import { put, words } from "./page.js";

export function startFurtherFields(page, say) {
  const { form, signal } = page;

  function prepare(row) {
    const [name, text] = row.querySelectorAll("input");
    row.querySelector(".ws-remove").addEventListener("click", () => {
      const next = row.nextElementSibling;
      put(text, ""); // a field without a text is none
      row.hidden = true;
      (next.querySelector?.("input") ?? form.querySelector("#add-field")).focus();
    }, { signal });
    name.addEventListener("change", () => joinWithItsLike(row), { signal });
    name.addEventListener("input", () => {
      text.setAttribute("aria-label", name.value || words("textOfField"));
      row.hidden = false;
    }, { signal });
    text.addEventListener("input", () => { if (text.value) row.hidden = false; }, { signal });
  }

  // A card has a field once: a new one by the name of another leads to that one.
  function joinWithItsLike(row) {
    const nameOf = (one) => one.querySelector("input").value.trim().toLowerCase();
    const other = page.extras().find((one) => one !== row && !one.hidden && nameOf(one) === nameOf(row));
    const [, text] = row.querySelectorAll("input");
    if (!other || !nameOf(row) || text.value) return;
    row.remove();
    const [, standing] = other.querySelectorAll("input");
    standing.dispatchEvent(new Event("input", { bubbles: true })); // the draft forgets the new one
    setTimeout(() => standing.focus()); // after the key or click that ended the typing
    say(words("thereAlready"));
  }

  function addField(name = "") {
    const row = form.querySelector("#extra-row").content.firstElementChild.cloneNode(true);
    form.querySelector("#add-field").before(row);
    prepare(row);
    row.querySelector("input").value = name;
    return row;
  }

  for (const row of page.extras()) prepare(row);
  form.querySelector("#add-field")?.addEventListener("click", () => {
    addField().querySelector("input").focus();
  }, { signal });

  return { addField };
}
