// SPDX-License-Identifier: Apache-2.0
// What was found, kind by kind? Tables that can be sorted, each row with its story to unfold.

const FIRST_ROWS = 50;
const DECISION_TEXTS = {
  fails: "leak", shown: "seen", suppressed: "suppressed", in_baseline: "in baseline",
  allowed: "allowed", not_judged: "not judged",
};
const allRowsOf = new Set();  // profiles whose table is shown whole
const unfolded = new Set(model.causes[0]?.decision === "fails" ? [0] : []);  // ids of causes

/** [id, title, number or text to sort by, is a number] */
function columnsOf(profile) {
  const isMemory = profile === "heap" || profile === "mapping";
  return [
    {id: "what", title: "What", of: (cause) => cause.parts[0].rule},
    isMemory && {id: "bytes", title: "Size", isNumber: true, of: (cause) => sum(cause, "bytes")},
    {id: "count", title: profile === "heap" ? "Blocks" : "Count", isNumber: true,
     of: (cause) => sum(cause, "count")},
    {id: "age", title: "Oldest", isNumber: true, of: (cause) => cause.parts[0].oldest},
    {id: "where", title: "Where", of: (cause) => placeOf(cause)[0] + placeText(placeOf(cause))},
    profile === "fd" && {id: "object", title: "Path or peer", of: (cause) => cause.parts[0].objects.join(", ")},
    {id: "thread", title: profile === "thread" ? "Name" : "Thread",
     of: (cause) => cause.parts[0].threads.join(", ")},
    model.processes.length > 1 && {id: "process", title: "Process",
                                   of: (cause) => model.processes[cause.process].name},
  ].filter(Boolean);
}

const sum = (cause, field) => cause.parts.reduce((total, part) => total + part[field], 0);

/** The frame to look at first. */
function placeOf(cause) {
  const {stack, place} = cause.parts[0];
  return model.frames[model.stacks[stack][place]] ?? ["(no stack)", "", 0, ""];
}

function sorted(causes, profile, columns) {
  const sort = choices.sorts[profile] ?? "";
  const falls = sort.startsWith("-");
  const column = columns.find(({id}) => id === sort.replace("-", ""));
  if (!column) return causes;
  const compare = (a, b) => column.isNumber ? a - b : a.localeCompare(b, "en");
  return [...causes].sort((a, b) =>
    (falls ? -1 : 1) * compare(column.of(a), column.of(b)));
}

/** Numbers fall at the first click, texts rise. */
function nextSort(profile, column) {
  const falling = `-${column.id}`, now = choices.sorts[profile];
  const [first, second] = column.isNumber ? [falling, column.id] : [column.id, falling];
  return now === first ? second : first;
}

function headCell(profile, column) {
  const sort = choices.sorts[profile];
  const order = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : null;
  const click = () => {
    choices.sorts[profile] = nextSort(profile, column);
    show();
    document.getElementById(`${profile}-${column.id}`).focus();
  };
  return make("th", {scope: "col", "aria-sort": order, class: `column-${column.id}${column.isNumber ? " number" : ""}`},
    make("button", {type: "button", id: `${profile}-${column.id}`, onclick: click}, column.title));
}

const badge = (part) => make("span", {class: `badge ${part.word}`}, part.word === "open" ? part.kind : part.word);

function whatCell(cause) {
  const root = cause.parts[0];
  return [badge(root),
          cause.decision === "fails" ? "" : make("span", {class: "decision"}, DECISION_TEXTS[cause.decision]),
          root.isOwn ? "" : make("span", {class: "decision"}, "third party")];
}

function cellOf(cause, column) {
  const root = cause.parts[0];
  switch (column.id) {
    case "what": return make("td", {}, whatCell(cause));
    case "bytes": return make("td", {class: "number"}, bytesText(column.of(cause)));
    case "count": return make("td", {class: "number"}, numberText(column.of(cause)));
    case "age": return make("td", {class: "number"}, ageText(root.oldest));
    case "where": return whereCell(cause);
    case "object": return make("td", {class: "name mono"}, firstOf(root.objects));
    case "thread": return make("td", {class: "name"}, firstOf(root.threads));
    default: return make("td", {class: "name"}, column.of(cause));
  }
}

const firstOf = (texts) =>
  texts.slice(0, 2).join(", ") + (texts.length > 2 ? ` +${texts.length - 2}` : "");

function whereCell(cause) {
  const place = placeOf(cause);
  const isOpen = unfolded.has(cause.id);
  return make("td", {class: "where"},
    make("button", {type: "button", class: "unfold mono", id: `cause-${cause.id}`,
                    "aria-expanded": String(isOpen), "aria-controls": isOpen && `story-${cause.id}`,
                    onclick: (event) => { event.stopPropagation(); toggle(cause); }}, place[0]),
    make("span", {class: "place mono"}, placeText(place) || lastPart(place[3])));
}

function toggle(cause) {
  if (!unfolded.delete(cause.id)) unfolded.add(cause.id);
  show();
  document.getElementById(`cause-${cause.id}`).focus();
}

function stackList(part) {
  const lines = model.stacks[part.stack].map((index, i) => {
    const frame = model.frames[index];
    return make("li", {class: i === part.place && "place-frame", value: i},
      make("b", {}, frame[0]), " ", make("span", {class: "place"}, placeText(frame)), " ",
      make("span", {class: "module", title: frame[3]}, lastPart(frame[3])));
  });
  return lines.length ? make("ol", {class: "stack mono", start: 0}, lines)
                      : make("p", {class: "note"}, "No stack is known.");
}

function story(part, isBelow) {
  const facts = part.details.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text)));
  return make("div", {class: isBelow ? "part below" : "part"},
    make("p", {class: "headline"}, isBelow ? "below: " : "", part.headline),
    facts.length ? make("dl", {class: "facts"}, facts) : "", stackList(part));
}

function storyRow(cause, width) {
  const root = cause.parts[0];
  return make("tr", {class: "story", id: `story-${cause.id}`}, make("td", {colspan: width},
    story(root, false), cause.parts.slice(1).map((part) => story(part, true)),
    make("p", {class: "note"}, `Fingerprint ${root.fingerprint}`)));
}

function table(profile, causes) {
  const columns = columnsOf(profile);
  const body = make("tbody");
  const shown = allRowsOf.has(profile) ? causes : causes.slice(0, FIRST_ROWS);
  for (const cause of shown) {
    body.append(make("tr", {class: `cause ${cause.decision}`, onclick: () => toggle(cause)},
      columns.map((column) => cellOf(cause, column))));
    if (unfolded.has(cause.id)) body.append(storyRow(cause, columns.length));
  }
  return make("div", {class: "scroll"},
    make("table", {id: `table-${profile}`},
      make("caption", {class: "hidden"}, model.profiles[profile]),
      make("thead", {}, make("tr", {}, columns.map((column) => headCell(profile, column)))), body),
    shown.length === causes.length ? "" :
      make("button", {type: "button", class: "more", onclick: () => { allRowsOf.add(profile); show(); }},
        `Show all ${numberText(causes.length)} rows`));
}

function showTables(causes) {
  const tables = [];
  for (const profile of Object.keys(model.profiles)) {
    const rows = causes.filter((cause) => cause.parts[0].profile === profile);
    if (rows.length === 0) continue;
    const isMemory = profile === "heap" || profile === "mapping";
    const total = (field) => rows.reduce((all, cause) => all + sum(cause, field), 0);
    tables.push(make("h3", {}, model.profiles[profile], " ", make("span", {class: "amount"},
      (isMemory ? `${bytesText(total("bytes"))} in ` : "") + numberText(total("count")))),
      table(profile, sorted(rows, profile, columnsOf(profile))));
  }
  document.getElementById("tables").replaceChildren(...tables);
  const all = model.causes.length;
  document.getElementById("found").textContent = causes.length === 0
    ? (all === 0 ? "Nothing was held." : `None of ${numberText(all)} findings fits the filters.`)
    : `${numberText(causes.length)} of ${numberText(all)} findings, each one place in the source to mend.`;
}
