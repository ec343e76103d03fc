"""What dylens exports, read by those whom it is written for.

    exports.py DYLENS ENVS NAME... --sarif-schema FILE [--pictures FOLDER]

Of the demo and of each environment: a snapshot gives back the very same output of every command and validates against the
schema that `dylens schema` prints; DOT is laid out by Graphviz, GraphML read by networkx, SARIF and CycloneDX are
validated against their published schemas, the SVG is drawn by librsvg, and the page is opened in a headless browser, where
search finds and a hostile file name stays text.

Needs dot, rsvg-convert, chromium, chromedriver; networkx, jsonschema, cyclonedx-python-lib[json-validation], selenium.
Prints `N passed, N failed`.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# What lies beside this script is called like packages that networkx asks for.
sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).resolve().parent]

HOSTILE = "<img src=x onerror=document.title='owned'>&\"'`{{data}}</script>.so"
passed = failed = 0


def check(name, holds, why=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {name} {why}")


def run(*words, code=None):
    done = subprocess.run([str(word) for word in words], capture_output=True)
    if code is not None and done.returncode not in code:
        raise RuntimeError(f"{words}: {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


class Target:
    """What is looked at: an environment, or the demo."""

    def __init__(self, dylens, name, words, folder):
        self.dylens, self.name, self.words, self.folder = dylens, name, words, folder

    def export(self, form, *more):
        file = self.folder / f"{self.name}.{form}{len(more)}"
        run(self.dylens, "export", "--format", form, "--force", "-o", file, *more, *self.words, code=[0])
        return file


def round_trip(target, schema):
    from jsonschema import Draft202012Validator

    for ending in ["", ".gz", ".zst"]:
        snapshot = target.folder / f"{target.name}.dylens.json{ending}"
        run(target.dylens, "export", "-o", snapshot, *target.words, code=[0])
        commands = [["check", "-v"], ["check", "--format", "json"], ["tree", "--all", "--depth", "4"]]
        commands += [["export", "--format", form] for form in FORMATS]
        for command in commands if ending == "" else commands[:2]:
            before = run(target.dylens, *command, *target.words, code=[0, 1])
            after = run(target.dylens, *command, snapshot, code=[0, 1])
            check(f"{target.name}: {command} from {snapshot.name}", before == after and before)
        again = run(target.dylens, "export", "--format", "snapshot", snapshot, code=[0])
        if ending == "":
            check(f"{target.name}: a snapshot of a snapshot is the same", again == snapshot.read_bytes())
            errors = list(Draft202012Validator(schema).iter_errors(json.loads(again)))
            check(f"{target.name}: the snapshot is as its schema says", not errors, str(errors[:1])[:600])
            names = [node["name"] for node in json.loads(target.export("json").read_text())["nodes"]]
            for name in sorted(set(names))[:: max(1, len(names) // 12)]:
                why = [run(target.dylens, "why", *where, name) for where in ([*target.words], [snapshot])]
                check(f"{target.name}: why {name}", why[0] == why[1])
    diff = subprocess.run([target.dylens, "diff", snapshot, snapshot], capture_output=True)
    check(f"{target.name}: nothing differs from itself", diff.returncode == 0 and b"Nothing has changed" in diff.stdout)


FORMATS = ["json", "jsonl", "dot", "mermaid", "graphml", "svg", "html", "markdown", "sarif", "github", "cyclonedx"]


def graphs(target):
    import networkx

    # What Graphviz cannot draw in a moment is no picture for people either.
    for more in [["--folded"], ["--scope", "problems"]]:
        drawn = run("dot", "-Tsvg", target.export("dot", *more), code=[0])
        check(f"{target.name}: Graphviz draws {more}", b"</svg>" in drawn)
    run("dot", "-Tcanon", target.export("dot"), code=[0])
    graph = networkx.read_graphml(target.export("graphml"))
    whole = json.loads(target.export("json").read_text())
    check(f"{target.name}: GraphML has every node", len(graph) == len(whole["nodes"]), f"{len(graph)}")
    pairs = {(edge["source"], edge["target"]) for edge in whole["edges"] if edge["source"] != edge["target"]}
    check(f"{target.name}: GraphML has every edge", graph.number_of_edges() == len(pairs))
    numpy = sum(1 for _, _, data in graph.edges(data=True) if data["kind"] == "numpy")
    check(f"{target.name}: GraphML tells bonds to NumPy", bool(numpy) == any(edge["kind"] == "numpy" for edge in whole["edges"]))
    for more in [[], ["--scope", "problems"]]:
        text = target.export("mermaid", *more).read_text()
        check(f"{target.name}: Mermaid stays below its limits", text.count("-->") <= 500 and len(text) <= 50_000)


def rectangles(root):
    """The frames of packages and the boxes of files; those of the legend have a place of their own."""
    frames, boxes = [], []

    def walk(element, kinds):
        kinds = kinds + [element.get("class") or ""] + (["legend"] if element.get("transform") else [])
        if element.tag.endswith("}rect") and "legend" not in kinds:
            box = tuple(float(element.get(key)) for key in ("x", "y", "width", "height"))
            (frames if "frame" in kinds else boxes).append(box)
        for child in element:
            walk(child, kinds)

    walk(root, [])
    return frames, boxes


def apart(a, b):
    return a[0] + a[2] <= b[0] or b[0] + b[2] <= a[0] or a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1]


def holds(frame, box):
    return all(frame[at] <= box[at] and box[at] + box[at + 2] <= frame[at] + frame[at + 2] for at in (0, 1))


def picture(target, pictures):
    findings = json.loads(target.export("json").read_text())["findings"]
    for more in [[], ["--scope", "problems"]]:
        file = target.export("svg", *more)
        root = ElementTree.parse(file).getroot()
        space = "{http://www.w3.org/2000/svg}"
        frames, boxes = rectangles(root)
        wide, high = float(root.get("width")), float(root.get("height"))
        inside = all(x >= 0 and y >= 0 and x + w <= wide and y + h <= high for x, y, w, h in frames + boxes)
        wrong = any(it["severity"] != "info" for it in findings)
        check(f"{target.name}: every box lies in the picture", inside and (boxes or (more and not wrong)))
        check(f"{target.name}: no box lies on another", all(apart(*two) for two in itertools.combinations(boxes, 2)))
        check(f"{target.name}: no frame lies on another", all(apart(*two) for two in itertools.combinations(frames, 2)))
        crossed = [1 for frame in frames for box in boxes if not apart(frame, box) and not holds(frame, box)]
        check(f"{target.name}: no frame cuts a box", not crossed)
        drawn = run("rsvg-convert", file, code=[0])
        check(f"{target.name}: librsvg draws it", drawn.startswith(b"\x89PNG") and len(drawn) > 2000)
        if pictures:
            (pictures / f"{target.name}{len(more)}.png").write_bytes(drawn)


def reports(target, sarif_schema):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from jsonschema import Draft7Validator

    report = json.loads(target.export("sarif").read_text())
    errors = list(Draft7Validator(sarif_schema).iter_errors(report))
    check(f"{target.name}: SARIF is as its schema says", not errors, str(errors[:1])[:600])
    rules = report["runs"][0]["tool"]["driver"]["rules"]
    check(f"{target.name}: every rule has help", all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules))
    results = report["runs"][0]["results"]
    check(f"{target.name}: every result has its rule", all(rules[it["ruleIndex"]]["id"] == it["ruleId"] for it in results))
    prints = [it["partialFingerprints"]["dylens/v1"] for it in results]
    check(f"{target.name}: results are told apart", len(set(prints)) == len(prints))
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(target.export("cyclonedx").read_text())
    check(f"{target.name}: CycloneDX is as its schema says", error is None, str(error)[:600])
    lines = target.export("github").read_text().splitlines()
    check(f"{target.name}: a line for each finding", len(lines) == len(results))
    check(f"{target.name}: each an annotation", all(line.startswith(("::error file=", "::warning file=", "::notice file=")) for line in lines))


def page(target, pictures, hostile=None):
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    flags = "headless=new no-sandbox disable-gpu disable-background-networking disable-component-update disable-sync no-first-run"
    for flag in flags.split() + ["window-size=1300,900"]:
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    file = target.export("html").rename(target.folder / f"{target.name}.html")
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        driver.get(file.as_uri())
        name = f"{target.name}: the page"
        script = driver.execute_script
        whole = json.loads(target.export("json").read_text())
        check(f"{name} has a title", target.name in driver.title or target.name == "demo", driver.title)
        check(f"{name} draws the graph", len(driver.find_elements(By.CSS_SELECTOR, ".picture svg rect")) > 0)
        findings = driver.find_elements(By.CSS_SELECTOR, "#findings .list > details")
        check(f"{name} has every finding", len(findings) == len(whole["findings"]))
        nodes = script("return document.querySelectorAll('#files details details').length")
        check(f"{name} has every file", nodes == len(whole["nodes"]), f"{nodes}")
        wanted = next(node["name"] for node in whole["nodes"] if node["kind"] == "library" or hostile)
        driver.find_element(By.ID, "search").send_keys(hostile or wanted)
        shown = [it.text for it in driver.find_elements(By.CSS_SELECTOR, "#files details details:not([hidden]) > summary") if it.is_displayed()]
        check(f"{name}: search finds {hostile or wanted}", shown and all((hostile or wanted) in text for text in shown), str(shown[:3]))
        script("document.querySelector('#files details details:not([hidden]) > summary').click()")
        opened = script("return document.querySelector('#files details details[open]').textContent")
        check(f"{name}: a file opens", "needs" in opened, opened[:200])
        driver.find_element(By.ID, "search").clear()
        driver.find_element(By.ID, "search").send_keys("nothing is called like this")
        left = [it for it in driver.find_elements(By.CSS_SELECTOR, "main details:not([hidden])") if it.is_displayed()]
        check(f"{name}: search can find nothing", not left and driver.find_element(By.ID, "hits").text == "0 hits")
        script("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
        driver.find_element(By.ID, "open").click()
        check(f"{name}: everything opens", script("return [...document.querySelectorAll('main details')].every(it => it.open)"))
        driver.find_element(By.ID, "close").click()
        check(f"{name}: everything closes", script("return ![...document.querySelectorAll('main details')].some(it => it.open)"))
        foreign = "return document.querySelectorAll('img, iframe, object, embed, link').length + performance.getEntriesByType('resource').length"
        check(f"{name} loads nothing", script(foreign) == 0)
        check(f"{name} is not owned", driver.title != "owned")
        log = driver.get_log("browser")
        check(f"{name} has nothing to complain of", not log, str(log)[:400])
        if pictures:
            driver.save_screenshot(str(pictures / f"{target.name}-page.png"))
    finally:
        driver.quit()


def hostile(dylens, folder, environment):
    """A site folder with a module of the environment under a name that wants to be more than text."""
    site = folder / "site-packages"
    site.mkdir()
    module = next(Path(environment).glob("lib/python3*/site-packages/**/*.so"))
    (site / HOSTILE.replace("/", "\u2215")).write_bytes(module.read_bytes())
    return Target(dylens, "site-packages", [site], folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dylens")
    parser.add_argument("envs", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sarif-schema", type=Path, required=True)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    dylens = str(Path(options.dylens).resolve())
    schema = json.loads(run(dylens, "schema", code=[0]))
    sarif_schema = json.loads(options.sarif_schema.read_text(encoding="utf-8-sig"))
    if options.pictures:
        options.pictures.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        demo = Target(dylens, "demo", ["--demo"], folder)
        environments = [Target(dylens, name, [options.envs / name], folder) for name in options.names]
        strange = hostile(dylens, folder, options.envs / options.names[0])
        for target in [demo, *environments, strange]:
            round_trip(target, schema)
            graphs(target)
            picture(target, options.pictures)
            reports(target, sarif_schema)
        page(demo, options.pictures)
        page(environments[0], options.pictures)
        page(strange, options.pictures, HOSTILE.replace("/", "\u2215"))
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
