// A card in the list takes two lines, or one in columns as wide as their texts: as is chosen.

const KEY = "card-desk-one-line";
const isWide = matchMedia("(min-width: 1200px)"); // as in queue.css
const list = document.getElementById("changelist");
const toggle = document.getElementById("one-line");

export function fit(input) {
  const isOneLine = list.classList.contains("has-one-line");
  input.size = isOneLine ? Math.max(8, input.value.length + 1) : 20;
}

export function startColumns(inputs) {
  let isChosen = false;
  try { isChosen = localStorage.getItem(KEY) === "1"; } catch { /* storage is turned off */ }
  const show = () => {
    list.classList.toggle("has-one-line", isChosen && isWide.matches);
    toggle.setAttribute("aria-pressed", String(isChosen));
    for (const input of inputs) fit(input);
  };
  show();
  isWide.addEventListener("change", show);
  document.querySelector("#changelist-form .actions")?.append(toggle);
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    isChosen = !isChosen;
    try { localStorage.setItem(KEY, isChosen ? "1" : ""); } catch { /* for this page only */ }
    show();
  });
}
