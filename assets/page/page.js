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

// Where the browser has no clipboard for a file's page, the text is chosen and copied as by hand.
function copy(text, button) {
  const done = () => { button.textContent = "copied"; setTimeout(() => { button.textContent = "copy"; }, 1500); };
  const byHand = () => {
    const area = make("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  };
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, byHand);
  else byHand();
}

function finding(it) {
  const head = [make("span", "mark " + it.severity, it.severity), make("span", "", it.message)];
  const words = [it.severity, it.rule, it.message, ...it.files].join(" ");
  return folded(head, (box) => {
    box.append(make("p", "leaf quiet", it.rule + ": " + it.title));
    if (it.remedy) box.append(make("p", "leaf", it.remedy));
    // Each command has a line and a button of its own.
    for (const command of it.command.split("\n").filter(Boolean)) {
      const line = make("pre", "command", command);
      const button = make("button", "copy", "copy");
      button.type = "button";
      button.addEventListener("click", () => copy(command, button));
      line.append(" ", button);
      box.append(line);
    }
    it.evidence.forEach((text) => box.append(make("pre", "", text)));
    it.files.forEach((path) => box.append(make("div", "leaf quiet", path)));
    if (it.why) box.append(make("p", "leaf", it.why));
  }, words);
}

function file(it) {
  const mark = it.state === "fine" ? [] : [make("span", "mark " + it.state, it.state === "affected" ? "cannot load" : it.state)];
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
if (data.findings.length === 0) at("findings").append(make("p", "quiet", data.nothing));
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
  choose(null);
  // A box stays lit with what it stands for.
  const lit = new Set(data.nodes.filter((it, index) => !lists.files[index].hidden).map((it) => it.box));
  for (const box of boxes) {
    const is = fits(box.textContent.toLowerCase()) || lit.has(Number(box.id.slice(1)));
    box.classList.toggle("dim", words.length > 0 && !is);
  }
  at("hits").textContent = words.length === 0 ? "" : hits === 1 ? "1 hit" : hits + " hits";
}

// The picture: moved and zoomed by its view box.
const picture = document.querySelector(".picture");
const svg = picture.querySelector("svg");
const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
const full = { x: 0, y: 0, width, height };
const boxes = [...svg.querySelectorAll('g[id^="b"]')];
let view = { ...full };
picture.classList.add("moves");
svg.removeAttribute("width");
svg.removeAttribute("height");
// As high as all of it is, where that fits into the window.
svg.style.aspectRatio = `${width} / ${height}`;
svg.setAttribute("preserveAspectRatio", "xMinYMin meet");

function look(next) {
  const width = Math.min(Math.max(next.width, 80), full.width * 4);
  view = { ...next, width, height: next.height * (width / next.width) };
  svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
}

// Around a point of the picture, which stays where it is on the screen.
function zoom(by, x = view.x + view.width / 2, y = view.y + view.height / 2) {
  look({ x: x - (x - view.x) * by, y: y - (y - view.y) * by, width: view.width * by, height: view.height * by });
}

// All of it in the window; of a large one, as much as can be read.
function fit() {
  const frame = svg.getBoundingClientRect();
  const scale = Math.min(frame.width / full.width, frame.height / full.height, 1.5);
  look({ x: 0, y: 0, width: frame.width / scale, height: frame.height / scale });
}

function point(event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [at.x, at.y];
}

svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, ...point(event)); }, { passive: false });
let drag = null;
svg.addEventListener("pointerdown", (event) => { drag = { from: point(event), moved: false }; });
svg.addEventListener("pointermove", (event) => {
  if (!drag || event.buttons === 0) return;
  const [x, y] = point(event);
  const by = [drag.from[0] - x, drag.from[1] - y];
  if (drag.moved || Math.abs(by[0]) + Math.abs(by[1]) > 4) {
    drag.moved = true;
    look({ ...view, x: view.x + by[0], y: view.y + by[1] });
  }
});
svg.addEventListener("click", (event) => {
  const box = event.target.closest('g[id^="b"]');
  if (!drag || !drag.moved) choose(box);
  drag = null;
});

// A box, what it needs and who needs it: their lines, and all else dim.
function choose(box) {
  const name = box ? box.id.slice(1) : "";
  const near = new Set([name]);
  const needs = [];
  const users = [];
  for (const line of svg.querySelectorAll("#routes path")) {
    const [source, target] = line.id.slice(1).split("-");
    const is = box !== null && (source === name || target === name);
    line.classList.toggle("lit", is);
    if (is) { near.add(source).add(target); (source === name ? needs : users).push(source === name ? target : source); }
  }
  picture.classList.toggle("chosen", box !== null);
  at("clear").hidden = box === null;
  for (const other of boxes) other.classList.toggle("dim", box !== null && !near.has(other.id.slice(1)));
  at("chosen").replaceChildren();
  if (!box) return;
  const words = (it) => it.querySelector("title").textContent.split("\n");
  const [label, ...rest] = words(box);
  at("chosen").append(make("strong", "", label), make("span", "quiet", rest.length > 0 ? "  " + rest.join("  ") : ""));
  for (const [title, list] of [["needs", needs], ["needed by", users]]) {
    if (list.length === 0) continue;
    const line = make("div", "leaf", title + " ");
    list.forEach((id, index) => {
      const link = make("a", "", words(at("b" + id))[0]);
      link.href = "#b" + id;
      link.addEventListener("click", (event) => { event.preventDefault(); choose(at("b" + id)); at("b" + id).focus(); });
      line.append(index > 0 ? ", " : "", link);
    });
    at("chosen").append(line);
  }
  const files = data.nodes.map((it, index) => index).filter((index) => data.nodes[index].box === Number(name));
  const most = 30;
  const line = make("div", "leaf", files.length > 1 ? "stands for " : "in the list: ");
  files.slice(0, most).forEach((index, at) => {
    const link = make("a", "", data.nodes[index].label);
    link.href = "#n" + index;
    link.addEventListener("click", (event) => { event.preventDefault(); show(index); });
    line.append(at > 0 ? ", " : "", link);
  });
  if (files.length > most) line.append(` and ${files.length - most} more`);
  if (files.length > 0) at("chosen").append(line);
}

for (const box of boxes) {
  box.setAttribute("tabindex", "0");
  box.setAttribute("role", "button");
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); choose(box); } });
}
at("fit").addEventListener("click", fit);
at("in").addEventListener("click", () => zoom(1 / 1.3));
at("out").addEventListener("click", () => zoom(1.3));
at("clear").addEventListener("click", () => choose(null));
fit();

// As the system has it, until somebody says otherwise.
function theme(name) { document.documentElement.dataset.theme = name; }
const dark = matchMedia("(prefers-color-scheme: dark)");
const turn = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
theme(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => theme(dark.matches ? "dark" : "light"));
at("theme").addEventListener("click", turn);

at("search").addEventListener("input", search);
const keys = {
  "/": () => at("search").focus(), f: fit, t: turn, "+": () => zoom(1 / 1.3), "=": () => zoom(1 / 1.3), "-": () => zoom(1.3),
};
// Arrows move the picture where it has the keys; elsewhere they scroll the page.
const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { choose(null); at("search").value = ""; search(); }
  if (document.activeElement === at("search") || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = picture.contains(document.activeElement) && ways[event.key];
  if (way) look({ ...view, x: view.x + way[0] * view.width / 10, y: view.y + way[1] * view.height / 10 });
  else if (keys[event.key]) keys[event.key]();
  else return;
  event.preventDefault();
});
const all = (open) => document.querySelectorAll("main details").forEach((box) => { box.open = open; });
at("open").addEventListener("click", () => all(true));
at("close").addEventListener("click", () => all(false));
