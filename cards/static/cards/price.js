// What the chosen files will cost, told before anything is sent.

import { count, fill } from "./arrivals.js";

const form = document.getElementById("upload");
const price = document.getElementById("upload-price");
const locale = document.documentElement.lang.replace(/^(en.*)?$/, "en-GB");
const prices = JSON.parse(form.dataset.prices); // US dollars a card; null where nobody knows
const { extractor, can_wait: canWait } = form.elements;

const reader = () => extractor?.value ?? form.dataset.extractor;
const hasHalfPrice = () => canWait?.dataset.extractors.split(" ").includes(reader());

// Whether the chosen extractor takes money.
export const isPaid = () => reader() in prices;

function dollars(amount) {
  const digits = amount < 0.1 ? 3 : 2;
  return Math.max(amount, 0.001).toLocaleString(locale, {
    style: "currency", currency: "USD", currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  });
}

// The price of files of these `kinds`, in the batch if it has begun.
export function showPrice(kinds, batch) {
  const counted = ["picture", "pdf", "zip"]
    .map((kind) => [kinds.filter((other) => other === kind).length, kind])
    .filter(([number]) => number)
    .map(([number, kind]) => count(kind, number));
  const what = new Intl.ListFormat(locale).format(counted);
  const one = prices[reader()];
  const isHalf = batch ? batch.can_wait : hasHalfPrice() && canWait.checked;
  const each = one * (isHalf ? 0.5 : 1);
  const isCounted = !kinds.includes("zip"); // what is in one, nobody knows yet
  const amount = dollars(isCounted ? each * kinds.length : each);
  const known = isCounted ? "priceInAll" : "priceEach";
  const told = fill(one === null ? "priceUnknown" : known, { what, amount });
  price.textContent = kinds.length && one !== undefined ? told : "";
}

// Half the price is offered while an extractor is chosen that has it; `changed` is called after
// each change of what files cost, and once to begin with.
export function offerHalfPrice(changed) {
  const offer = () => {
    if (canWait) canWait.closest(".upload-field").hidden = !hasHalfPrice();
    changed();
  };
  extractor?.addEventListener("change", offer);
  canWait?.addEventListener("change", changed);
  offer();
}
