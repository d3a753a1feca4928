// The boxes on the picture: of the lines that were read, and of the values of the fields. A click
// puts the text of a box into the field with the focus; with Alt, or without one, it goes to the
// field of the box.

import { focusRow, inputOf, put, words } from "./page.js";

export const SVG = "http://www.w3.org/2000/svg";
export const pointsOf = (corners) => corners.map((point) => point.join(",")).join(" ");

// `show` brings the boxes of a field into view: it is given them and their polygons.
export function startBoxes(page, say, show) {
  const { form, rows, canvas, signal } = page;
  const layers = [...canvas.querySelectorAll(".ws-boxes")];
  let focused = null;

  function add(box, className, text, clicked) {
    const layer = canvas.querySelector(`[data-side="${box.side}"] .ws-boxes`);
    if (!layer) return null;
    const polygon = document.createElementNS(SVG, "polygon");
    polygon.setAttribute("points", pointsOf(box.corners));
    polygon.classList.add(className);
    polygon.addEventListener("click", clicked, { signal });
    const title = document.createElementNS(SVG, "title");
    title.textContent = text;
    polygon.append(title);
    layer.append(polygon);
    return polygon;
  }

  function take(text) {
    if (!focused) {
      say(words("fieldForLine"));
      return;
    }
    put(focused, text);
    focused.focus();
  }

  for (const line of JSON.parse(form.dataset.lines)) {
    add(line, "is-line", line.text, () => take(line.text));
  }
  for (const row of rows) {
    const className = row.matches(".is-doubtful") ? "is-doubtful" : "is-value";
    const clicked = (event) => {
      if (event.altKey || !focused || inputOf(row) === focused) focusRow(row);
      else take(row.dataset.machine);
    };
    row.boxes = row.boxes.filter((box) => canvas.querySelector(`[data-side="${box.side}"]`));
    row.polygons = row.boxes.map((box) => add(box, className, row.dataset.machine, clicked));
  }
  for (const layer of layers) layer.classList.add("is-on");

  form.addEventListener("focusin", ({ target }) => {
    const row = target.closest(".ws-row");
    if (!row) return;
    if (target.matches("input, textarea")) {
      focused = row.querySelector("[name=extra_value]") ?? target;
    }
    for (const other of rows) {
      for (const polygon of other.polygons) polygon.classList.toggle("is-focused", other === row);
    }
    if (row.polygons?.length) show(row.boxes, row.polygons);
  }, { signal });

  // Whoever leaves a field without going anywhere, with Escape or a click beside, is in none.
  form.addEventListener("focusout", (event) => {
    if (event.target.matches("input, textarea") && !event.relatedTarget && document.hasFocus()) {
      focused = null;
    }
  }, { signal });

  return {
    focused: () => focused,
    toggle() {
      const button = form.querySelector("[data-picture=boxes]");
      const isOn = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(isOn));
      for (const layer of layers) layer.classList.toggle("is-on", isOn);
    },
  };
}
