// SPDX-License-Identifier: Apache-2.0
// What does the reader do? Choices change the address and draw the page again.

function show() {
  const causes = chosenCauses();
  showTables(causes);
  showFlame(causes);
  showHistograms(causes);
  showChoices(causes);
  writeChoices();
}

function showChoices(causes) {
  document.getElementById("value").value = chosenValue(causes).id;
  document.getElementById("direction").value = choices.direction;
  document.getElementById("search").value = choices.search;
  document.getElementById("process").value = choices.process;
  for (const input of document.querySelectorAll("#show input")) input.checked = input.value === choices.show;
}

function addShowChoices() {
  const count = (decisions) => model.causes.filter((cause) => decisions.includes(cause.decision)).length;
  const titles = {fails: "Leaks", seen: "Leaks and seen", all: "Everything"};
  for (const [name, title] of Object.entries(titles))
    document.getElementById("show").append(make("label", {},
      make("input", {type: "radio", name: "show", value: name, onchange: () => { choices.show = name; show(); }}),
      make("span", {}, title, " ", make("small", {}, numberText(count(DECISIONS[name]))))));
}

function addOptions() {
  const select = document.getElementById("process");
  select.append(make("option", {value: ""}, "all"));
  model.processes.forEach((process, index) => select.append(make("option", {value: index}, process.name)));
  document.getElementById("process-choice").hidden = model.processes.length < 2;
  for (const {id, title} of presentValues())
    document.getElementById("value").append(make("option", {value: id}, title));
}

function listen() {
  for (const id of ["search", "process", "value", "direction"])
    document.getElementById(id).addEventListener(id === "search" ? "input" : "change", (event) => {
      choices[id] = event.target.value;
      if (id !== "search") zoomed = [];
      show();
    });
  document.getElementById("unzoom").addEventListener("click", () => zoomTo([]));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
    event.preventDefault();
    document.getElementById("search").focus();
  });
}

function showTotals() {
  const box = document.getElementById("totals");
  for (const [title, text, isBad] of model.totals)
    box.append(make("div", {class: isBad ? "bad" : "none"}, make("dt", {}, title), make("dd", {}, text)));
}

function pairs(title, rows) {
  return rows.length === 0 ? [] : [make("h3", {}, title), make("table", {class: "pairs"}, make("tbody", {},
    rows.map(([name, text]) => make("tr", {}, make("th", {scope: "row"}, name), make("td", {class: "name"}, text)))))];
}

function processTable() {
  const titles = ["Process", "Taken", "Findings that fail", "Reachability", "Command"];
  return [make("h3", {}, "Processes"), make("div", {class: "scroll"}, make("table", {},
    make("thead", {}, make("tr", {}, titles.map((title) => make("th", {scope: "col"}, title)))),
    make("tbody", {}, model.processes.map((process, index) => make("tr", {},
      make("td", {class: "name"}, process.name), make("td", {}, process.time),
      make("td", {}, numberText(model.causes.filter((cause) =>
        cause.process === index && cause.decision === "fails").length)),
      make("td", {class: "name"}, process.reach), make("td", {class: "name mono"}, process.command))))))];
}

function showRun() {
  const comments = model.processes.map((process) =>
    make("details", {}, make("summary", {}, `Settings and counters of ${process.name}`),
      make("ul", {class: "mono"}, process.comments.map((text) => make("li", {}, text)))));
  document.getElementById("run-tables").append(...pairs("Notes", model.asides), ...processTable(),
    ...pairs("Judged by", model.policy), ...comments);
}

for (const id of ["flames", "histograms"])
  document.getElementById(id).hidden = model.causes.length === 0;
readChoices();
showTotals();
addShowChoices();
addOptions();
listen();
showRun();
show();
document.documentElement.classList.add("drawn");
