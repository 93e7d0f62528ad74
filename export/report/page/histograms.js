// SPDX-License-Identifier: Apache-2.0
// How are sizes and ages spread? Bars over powers of two and over the steps in which people count time.

const AGES = [1, 10, 60, 600, 3600, 6 * 3600, 86400, 7 * 86400];

/** [label, sum of the field] for each step that is reached, from the lowest to the highest. */
function spread(parts, field, indexOf, labelOf) {
  const sums = [];
  for (const part of parts) {
    const index = indexOf(part);
    if (index < 0) continue;
    while (sums.length <= index) sums.push(0);
    sums[index] += part[field];
  }
  const first = sums.findIndex((total) => total > 0);
  return first < 0 ? [] : sums.slice(first).map((total, i) => [labelOf(first + i), total]);
}

function bars(value, rows) {
  const most = Math.max(...rows.map(([, total]) => total), 1);
  return make("table", {class: "bars"}, make("tbody", {}, rows.map(([label, total]) => {
    const bar = make("div", {class: "bar-fill"});
    bar.style.width = `${(100 * total / most).toFixed(2)}%`;
    return make("tr", {}, make("th", {scope: "row"}, label), make("td", {class: "bar-cell"}, bar),
      make("td", {class: "number"}, total ? valueText(value, total) : "–"));
  })));
}

function figure(id, title, value, rows, note) {
  document.getElementById(id).replaceChildren(
    make("figcaption", {}, title), rows.length ? bars(value, rows) : make("p", {class: "note"}, "Nothing to draw."),
    make("p", {class: "note"}, note));
}

function showHistograms(causes) {
  const value = chosenValue(causes);
  const parts = partsWith(causes, value);
  const memory = parts.filter((part) => part.bytes > 0 && part.count > 0);
  document.getElementById("sizes").hidden = memory.length === 0;
  figure("sizes", `${value.title} by size`, value,
    spread(memory, value.field, (part) => Math.floor(Math.log2(Math.max(part.bytes / part.count, 1))),
      (index) => `${bytesText(2 ** index)} …`),
    "The mean size counts where one stack holds several sizes.");
  figure("ages", `${value.title} by age`, value,
    spread(parts, value.field,
      (part) => part.oldest < 0 ? -1 : AGES.filter((limit) => part.oldest >= limit).length,
      (index) => index === 0 ? "below 1 s" : `${ageText(AGES[index - 1])} …`),
    "The oldest of its stack counts.");
}
