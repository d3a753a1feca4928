// Rows and shapes on the picture that belong together light up together.

const places = [...document.querySelectorAll("#content [data-key]")];
const rows = places.filter((place) => !(place instanceof SVGElement));
let pinned = "";

function light(key) {
  for (const place of places) place.classList.toggle("is-lit", place.dataset.key === key);
}

// On a phone the sides lie beside each other: the one with the shape slides into view.
function show(key) {
  const shape = places.find((place) => place instanceof SVGElement && place.dataset.key === key);
  const sides = document.getElementById("sides");
  const side = shape?.closest(".reading-side");
  if (side && sides.scrollWidth > sides.clientWidth) {
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    sides.scrollTo({ left: side.offsetLeft - sides.offsetLeft, behavior: isCalm ? "instant" : "smooth" });
  }
}

for (const place of places) {
  const { key } = place.dataset;
  place.addEventListener("pointerenter", () => light(key));
  place.addEventListener("pointerleave", () => light(pinned));
  if (place instanceof SVGElement) {
    place.addEventListener("click", () => rows.find((row) => row.dataset.key === key)?.focus());
  } else {
    place.addEventListener("focus", () => {
      pinned = key;
      light(key);
      show(key);
    });
    place.addEventListener("blur", () => {
      pinned = "";
      light("");
    });
  }
}
