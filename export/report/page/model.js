"use strict";
// SPDX-License-Identifier: Apache-2.0
// What is shown right now? The verdict as it came, the reader's choices, and what follows from both.

const model = JSON.parse(document.getElementById("page-model").textContent);
const DECISIONS = {
  fails: ["fails"],
  seen: ["fails", "shown"],
  all: ["fails", "shown", "suppressed", "in_baseline", "allowed", "not_judged"],
};

/** The reader's choices. They stand in the address, so that a view can be linked to. */
const choices = {
  search: "",
  show: model.state === "leaks" ? "fails" : "all",
  process: "",
  value: "",
  direction: "callers",
  sorts: {},  // profile -> "-bytes": column, falling with "-"
};

function readChoices() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of given) {
    if (name.startsWith("sort.")) choices.sorts[name.slice(5)] = value;
    else if (name === "show" && !Object.hasOwn(DECISIONS, value)) continue;
    else if (name !== "sorts" && Object.hasOwn(choices, name)) choices[name] = value;
  }
}

function writeChoices() {
  const given = new URLSearchParams();
  for (const name of ["search", "show", "process", "value", "direction"])
    if (choices[name]) given.set(name, choices[name]);
  for (const [profile, sort] of Object.entries(choices.sorts)) given.set(`sort.${profile}`, sort);
  history.replaceState(null, "", `#${given}`);
}

/** All that can be searched for of one part, in lower case; made once. */
function searchText(part) {
  part.text ??= [
    part.headline, part.rule, part.decision, part.fingerprint,
    ...part.details.map(([, text]) => text),
    ...model.stacks[part.stack].map((frame) => frameText(model.frames[frame])),
  ].join("\n").toLowerCase();
  return part.text;
}

const words = () => choices.search.toLowerCase().split(/\s+/).filter(Boolean);

function isChosen(cause) {
  if (choices.process !== "" && cause.process !== Number(choices.process)) return false;
  const wanted = words();
  return DECISIONS[choices.show].includes(cause.decision) &&
    cause.parts.some((part) => wanted.every((word) => searchText(part).includes(word)));
}

/** Causes that the reader wants to see now, in the order of the report. */
const chosenCauses = () => model.causes.filter(isChosen);

/** What can be drawn: one number of each part of one profile. */
const VALUES = [
  ["heap.bytes", "heap", "bytes", "Heap bytes"],
  ["heap.count", "heap", "count", "Heap blocks"],
  ["mapping.bytes", "mapping", "bytes", "Mapped bytes"],
  ["mapping.count", "mapping", "count", "Mappings"],
  ["fd.count", "fd", "count", "Descriptors"],
  ["thread.count", "thread", "count", "Threads"],
  ["timer.count", "timer", "count", "Timers"],
  ["process.count", "process", "count", "Child processes"],
  ["library.count", "library", "count", "Library handles"],
  ["handle.count", "handle", "count", "Semaphores"],
].map(([id, profile, field, title]) => ({id, profile, field, title}));

/** Those of which the run has any. */
const presentValues = () => VALUES.filter(({profile}) =>
  model.causes.some((cause) => cause.parts.some((part) => part.profile === profile)));

/** The chosen one, else the first of which something is shown. */
function chosenValue(causes) {
  const present = presentValues();
  return present.find(({id}) => id === choices.value) ??
    present.find(({profile}) => causes.some((cause) => cause.parts[0].profile === profile)) ??
    present[0] ?? VALUES[0];
}

/** The parts of these causes that have the value. */
const partsWith = (causes, value) =>
  causes.flatMap((cause) => cause.parts).filter((part) => part.profile === value.profile);

function bytesText(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes, unit = 0;
  while (value >= 1023.95 && unit + 1 < units.length) {
    value /= 1024;
    ++unit;
  }
  return unit === 0 ? `${value} ${value === 1 ? "byte" : "bytes"}` : `${value.toFixed(1)} ${units[unit]}`;
}

const numberText = (number) => number.toLocaleString("en-US");
const valueText = (value, number) => value.field === "bytes" ? bytesText(number) : numberText(number);

function ageText(seconds) {
  if (seconds < 0) return "";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

const lastPart = (path) => path.slice(path.lastIndexOf("/") + 1);
const placeText = ([, file, line]) => file ? `${file}${line ? `:${line}` : ""}` : "";

function frameText(frame) {
  const place = placeText(frame), module = lastPart(frame[3]);
  return `${frame[0]}${place && ` ${place}`}${module && ` (${module})`}`;
}

/** An element with attributes, listeners ("onclick") and children; texts stay texts. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== ""));
  return element;
}
