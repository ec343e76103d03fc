"use strict";
// Everything from the data goes into the page as text: textContent alone, never innerHTML.
const data = JSON.parse(document.getElementById("data").textContent);
const at = (id) => document.getElementById(id);

function make(tag, kind, text) {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A line that opens; what it holds is made when it is first opened.
function folded(head, fill, words) {
  const box = make("details");
  const line = make("summary");
  head.forEach((part) => line.append(part));
  box.append(line);
  box.words = words.toLowerCase();
  box.fill = () => { if (fill) { const made = fill; fill = null; made(box); } };
  box.addEventListener("toggle", () => { if (box.open) box.fill(); });
  return box;
}

function finding(it) {
  const head = [make("span", "mark " + it.severity, it.severity), make("span", "", it.message)];
  const words = [it.severity, it.rule, it.message, ...it.files].join(" ");
  return folded(head, (box) => {
    box.append(make("p", "leaf quiet", it.rule + ": " + it.title));
    if (it.remedy) box.append(make("p", "leaf", it.remedy));
    if (it.command) box.append(make("pre", "", it.command));
    it.evidence.forEach((text) => box.append(make("pre", "", text)));
    it.files.forEach((path) => box.append(make("div", "leaf quiet", path)));
    if (it.why) box.append(make("p", "leaf", it.why));
  }, words);
}

function file(it) {
  const mark = it.state === "fine" ? [] : [make("span", "mark " + it.state, it.state)];
  const head = [...mark, make("span", "", it.label), make("span", "quiet", "  " + it.sort)];
  return folded(head, (box) => {
    for (const text of [it.path, it.note]) if (text) box.append(make("div", "leaf quiet", text));
    for (const [target, kind, state, note] of it.needs) {
      const other = data.nodes[target];
      const line = make("div", "leaf " + state);
      const link = make("a", "", other.label);
      link.href = "#n" + target;
      link.addEventListener("click", (event) => { event.preventDefault(); show(target); });
      line.append(kind + " ", link, make("span", "quiet", "  " + note));
      box.append(line);
    }
    if (it.needs.length === 0) box.append(make("div", "leaf quiet", "needs nothing"));
  }, [it.label, it.sort, it.path, it.note, data.packages[it.package] || ""].join(" "));
}

const lists = { findings: data.findings.map(finding), files: data.nodes.map(file) };
lists.findings.forEach((box) => at("findings").querySelector(".list").append(box));
if (data.findings.length === 0) at("findings").append(make("p", "quiet", "Nothing is wrong."));
const packages = new Map();
data.nodes.forEach((it, index) => {
  const name = data.packages[it.package] || "not of a package";
  if (!packages.has(name)) {
    const box = folded([make("strong", "", name), make("span", "quiet")], null, "");
    packages.set(name, box);
    at("files").querySelector(".list").append(box);
  }
  lists.files[index].id = "n" + index;
  packages.get(name).append(lists.files[index]);
});
for (const box of packages.values()) {
  box.querySelector("span").textContent = "  " + (box.children.length - 1);
}
at("about").textContent = data.about;

function show(index) {
  const box = lists.files[index];
  box.closest("section").hidden = false;
  for (let up = box; up; up = up.parentElement.closest("details")) { up.hidden = false; up.open = true; }
  box.fill();
  box.scrollIntoView({ block: "center" });
}

// All words have to be there. What is found is shown with the package that it lies in; the picture dims the rest.
function search() {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text) => words.every((word) => text.includes(word));
  let hits = 0;
  for (const box of [...lists.findings, ...lists.files]) {
    box.hidden = !fits(box.words);
    hits += box.hidden ? 0 : 1;
  }
  for (const box of packages.values()) {
    const found = [...box.querySelectorAll(":scope > details")].some((inner) => !inner.hidden);
    box.hidden = !found;
    if (words.length > 0) box.open = found;
  }
  for (const box of document.querySelectorAll(".picture g")) {
    box.classList.toggle("dim", words.length > 0 && !fits(box.textContent.toLowerCase()));
  }
  at("hits").textContent = words.length === 0 ? "" : hits === 1 ? "1 hit" : hits + " hits";
}

at("search").addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== at("search")) { event.preventDefault(); at("search").focus(); }
  if (event.key === "Escape") { at("search").value = ""; search(); }
});
const all = (open) => document.querySelectorAll("main details").forEach((box) => { box.open = open; });
at("open").addEventListener("click", () => all(true));
at("close").addEventListener("click", () => all(false));
