//! Source that costs no more than its length.

use super::world::{World, on_thread};

/// Runs a source as the module `m`, and says how that ends.
fn ends(source: String) -> String {
    on_thread(source, |source| World::new(&format!("//- /s/m.py\n{source}")).outcome("m"))
}

#[test]
fn deep_expressions_are_evaluated_or_unknown() {
    for piece in [" + 1", ".a", "[0]", "()", " if 1 else 2", " or 0"] {
        let seen = ends(format!("x = {}\n", format!("1{}", piece.repeat(9_000)).replace("1.a", "q.a")));
        assert!(!seen.is_empty(), "{piece}");
    }
    ends(format!("x = {}1\n", "not ".repeat(9_000)));
    ends(format!("x = {}1\n", "lambda: ".repeat(9_000)));
}

#[test]
fn undecided_conditions_in_each_other_end() {
    let nested: String = (0..90).map(|depth| format!("{}if t():\n", " ".repeat(depth))).collect();
    let source = format!("from time import time as t\n{nested}{}x = 1\n", " ".repeat(90));
    assert_eq!(ends(source), "unknown Limit");
    let chain: String = "elif t():\n    x = 1\n".repeat(2_000);
    assert_eq!(ends(format!("from time import time as t\nif t():\n    pass\n{chain}")), "unknown Limit");
    let row: String = "if t():\n    x = 1\n".repeat(2_000);
    assert_eq!(ends(format!("from time import time as t\n{row}")), "ok");
}

#[test]
fn loops_in_loops_end() {
    let source = "for a in range(1000):\n for b in range(1000):\n  for c in range(1000):\n   d = a + b + c\n";
    assert_eq!(ends(source.to_owned()), "ok");
    assert_eq!(ends("x = [a for a in range(999) for b in range(999) for c in range(999)]\n".to_owned()), "ok");
    assert_eq!(ends("x = 'a'\nwhile True:\n    x = x + x\n".to_owned()), "ok");
    assert_eq!(ends("x = [1]\nwhile True:\n    x += x\n".to_owned()), "ok");
    assert_eq!(
        ends("x = {}\nfor a in range(1999):\n    for b in range(1999):\n        x[a * 1999 + b] = 1\n".to_owned()),
        "ok"
    );
}

#[test]
fn functions_that_call_each_other_end() {
    let source = "def f(n):\n    return g(n) + g(n)\ndef g(n):\n    return f(n) + f(n)\nx = f(1)\n";
    assert_eq!(ends(source.to_owned()), "ok");
    let many: String = (1..30).map(|n| format!("def f{n}():\n    f{}()\n    f{}()\n", n - 1, n - 1)).collect();
    assert_eq!(ends(format!("def f0():\n    pass\n{many}f29()\n")), "ok");
}

#[test]
fn modules_that_import_each_other_without_end_are_unknown() {
    let modules: String = (0..900).map(|n| format!("//- /s/m{n}.py\nimport m{}\n", n + 1)).collect();
    let seen = on_thread(format!("{modules}//- /s/m900.py\n"), |text| World::new(&text).outcome("m0"));
    assert_eq!(seen, "ok");
    let deep = "not ".repeat(900);
    let modules: String = (0..400).map(|n| format!("//- /s/m{n}.py\nx = {deep}__import__('m{}')\n", n + 1)).collect();
    let seen = on_thread(modules, |text| World::new(&text).outcome("m0"));
    // Beyond the limit, an import is unknown, and what asked for it goes on.
    assert_eq!(seen, "ok");
    let circle = "//- /s/a.py\nimport b\nimport a\n//- /s/b.py\nimport a\nimport b\n";
    assert_eq!(World::new(circle).outcome("a"), "ok");
}

#[test]
fn a_text_that_executes_itself_ends() {
    assert_eq!(ends("code = 'exec(code)'\nexec(code)\n".to_owned()), "ok");
    assert_eq!(ends("code = 'eval(code)'\nx = eval(code)\n".to_owned()), "ok");
}
