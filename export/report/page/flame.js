// SPDX-License-Identifier: Apache-2.0
// Which calls lead to what is held? An icicle of all stacks: callers above, width by value.

const ROW_HEIGHT = 22;
const NARROWEST = 0.0015;  // share of the whole width below which a frame is not drawn
const NARROWEST_WITH_NAME = 0.02;
const COLOURS = 6;
let zoomed = [];  // keys from the outermost frame to the one that fills the width
let cells = new Map();  // path of keys -> element

function node(name, detail, style) {
  return {name, detail, style, value: 0, children: new Map()};
}

/** Frames of one source file look alike, or of one module where no source is known. */
function colourOf([, file, , module]) {
  let hash = 7;
  for (const sign of lastPart(file || module)) hash = (hash * 31 + sign.codePointAt(0)) % 9973;
  return `colour-${hash % COLOURS}`;
}

function descend(parent, key, makeNode, value) {
  if (!parent.children.has(key)) parent.children.set(key, makeNode());
  const child = parent.children.get(key);
  child.value += value;
  return child;
}

/** The tree of all stacks of these parts. What is held ends each branch. */
function treeOf(parts, field) {
  const root = node("all", "everything that is shown", "root");
  for (const part of parts) {
    const stack = model.stacks[part.stack].map((index) => model.frames[index]);
    if (choices.direction === "callers") stack.reverse();
    root.value += part[field];
    let at = root;
    for (const frame of stack)
      at = descend(at, `${frame[0]}\n${frame[3]}`,
        () => node(frame[0], frameText(frame), colourOf(frame)), part[field]);
    descend(at, `\n${part.rule}`, () => node(part.rule, part.rule, `badge ${part.word}`), part[field]);
  }
  return root;
}

/** The zoomed path as far as it still exists. */
function zoomedNodes(root) {
  const path = [root];
  for (const key of zoomed) {
    const next = path[path.length - 1].children.get(key);
    if (!next) break;
    path.push(next);
  }
  zoomed = zoomed.slice(0, path.length - 1);
  return path;
}

function showFlame(causes) {
  const value = chosenValue(causes);
  const root = treeOf(partsWith(causes, value), value.field);
  const box = document.getElementById("flame");
  const frames = [];
  let depth = 0;
  cells = new Map();

  const draw = (item, keys, left, width, isAbove) => {
    const level = keys.length;
    depth = Math.max(depth, level + 1);
    const share = root.value ? ` · ${(100 * item.value / root.value).toFixed(1)} %` : "";
    const text = `${item.detail} · ${valueText(value, item.value)}${share}`;
    const cell = make("div", {class: `frame ${item.style}${isAbove ? " above" : ""}${isMatch(item) ? " match" : ""}`,
      role: "treeitem", tabindex: -1, "aria-level": level + 1, "aria-label": text, title: text,
      onclick: () => zoomTo(keys), onkeydown: (event) => walk(event, keys),
      onfocus: () => tell(text), onmouseenter: () => tell(text)},
      width < NARROWEST_WITH_NAME ? "" : item.name);
    Object.assign(cell.style, {left: `${100 * left}%`, width: `${100 * width}%`, top: `${level * ROW_HEIGHT}px`});
    cells.set(keys.join("\0"), cell);
    frames.push(cell);
  };
  const drawBelow = (item, keys, left, width) => {
    let at = left;
    const children = [...item.children].sort(([, a], [, b]) => b.value - a.value);
    for (const [key, child] of children) {
      const share = item.value ? width * child.value / item.value : 0;
      if (share >= NARROWEST) {
        draw(child, [...keys, key], at, share, false);
        drawBelow(child, [...keys, key], at, share);
      }
      at += share;
    }
  };

  const path = zoomedNodes(root);
  path.forEach((item, level) => draw(item, zoomed.slice(0, level), 0, 1, level + 1 < path.length));
  drawBelow(path[path.length - 1], zoomed, 0, 1);
  frames[0].tabIndex = 0;
  box.style.height = `${depth * ROW_HEIGHT}px`;
  box.replaceChildren(...frames);
  document.getElementById("unzoom").disabled = zoomed.length === 0;
  tell(root.value ? `${valueText(value, root.value)} ${value.field === "bytes" ? "" : value.title.toLowerCase()}` : "Nothing to draw.");
}

function isMatch(item) {
  const wanted = words();
  return wanted.length > 0 && wanted.every((word) => item.detail.toLowerCase().includes(word));
}

function tell(text) {
  document.getElementById("flame-text").textContent = text;
}

function zoomTo(keys) {
  zoomed = keys;
  showFlame(chosenCauses());
  focusCell(keys);
}

function focusCell(keys) {
  cells.get(keys.join("\0"))?.focus();
}

/** Arrow keys: to the caller, the widest callee, the neighbours. */
function walk(event, keys) {
  const level = (path) => path.split("\0").length;
  const here = keys.join("\0"), parent = keys.slice(0, -1).join("\0");
  const neighbours = [...cells.keys()].filter((path) => keys.length > 0 && path !== "" &&
    level(path) === keys.length && path.split("\0").slice(0, -1).join("\0") === parent);
  const at = neighbours.indexOf(here);
  const below = [...cells.keys()].find((path) => path !== "" && level(path) === keys.length + 1 &&
    (keys.length === 0 || path.startsWith(`${here}\0`)));
  const goals = {
    ArrowUp: keys.length > 0 ? parent : undefined, ArrowDown: below,
    ArrowLeft: neighbours[at - 1], ArrowRight: neighbours[at + 1],
  };
  if (event.key === "Enter" || event.key === " ") zoomTo(keys);
  else if (event.key === "Escape") zoomTo([]);
  else if (Object.hasOwn(goals, event.key)) cells.get(goals[event.key])?.focus();
  else return;
  event.preventDefault();
}
