// A spot of the picture read again: a rectangle is drawn, and its text goes into a field.

import { SVG, pointsOf } from "./boxes.js";
import { post, put, words } from "./page.js";

const SMALLEST_PX = 8; // of the picture; what is smaller was a slip of the hand

// `picture` tells the field to fill, the side on show, and where on it a point of the window lies.
export function startSpots(page, say, picture) {
  const { form, canvas, signal } = page;
  const button = form.querySelector("[data-picture=spot]");
  let isOn = false;
  let band = null;

  function toggle() {
    isOn = !isOn;
    button.setAttribute("aria-pressed", String(isOn));
    canvas.classList.toggle("is-reading", isOn);
    if (isOn) say(words("draw"));
  }

  const cornersTo = (to) => {
    const [[left, top], [right, bottom]] = [band.from, to];
    return [[left, top], [right, top], [right, bottom], [left, bottom]];
  };

  async function read(from, to) {
    if (Math.abs(from[0] - to[0]) < SMALLEST_PX || Math.abs(from[1] - to[1]) < SMALLEST_PX) return;
    const target = picture.focused();
    if (!target) {
      say(words("fieldForSpot"));
      return;
    }
    say(words("readingSpot"));
    try {
      const box = [...from, ...to];
      const { text } = await post(form, form.dataset.spot, { side: picture.side(), box });
      if (signal.aborted) return;
      say(text ? words("spotRead", { text }) : words("spotEmpty"));
      if (text) put(target, text);
      target.focus();
      if (text && isOn) toggle();
    } catch (error) {
      if (signal.aborted) return;
      const isOffline = error.message === "offline";
      say(isOffline ? words("spotOffline") : error.message);
    }
  }

  return {
    toggle,
    isWanted: (event) => isOn || event.shiftKey,
    isDrawing: () => band !== null,
    begin(event) {
      const polygon = document.createElementNS(SVG, "polygon");
      polygon.classList.add("is-band");
      picture.shown().querySelector(".ws-boxes").append(polygon);
      band = { from: picture.onPicture(event), polygon };
    },
    draw(event) {
      band.polygon.setAttribute("points", pointsOf(cornersTo(picture.onPicture(event))));
    },
    end(event) {
      const { from } = band;
      this.cancel();
      read(from, picture.onPicture(event));
    },
    cancel() {
      band?.polygon.remove();
      band = null;
    },
  };
}
