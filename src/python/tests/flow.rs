//! What decides which statements run, and what is undecided.

use super::{World, ends, run};

#[test]
fn an_undecided_condition_runs_both_arms() {
    let code = "import time\nif time.time():\n    x = 1\nelse:\n    x = 2\ny = 3\n";
    assert_eq!(run(code, "x"), "unknown Arms");
    assert_eq!(run(code, "y"), "3");
}

#[test]
fn what_both_arms_leave_alike_is_known() {
    assert_eq!(run("import time\nif time.time():\n    x = 'a'\nelse:\n    x = 'a'\n", "x"), "'a'");
    assert_eq!(run("import time\nx = []\nif time.time():\n    x.append(1)\ny = len(x)\n", "y"), "unknown Call");
}

#[test]
fn an_import_that_fails_in_an_undecided_arm_may_fail_the_module() {
    let code = "import time\nif time.time():\n    import gone\n";
    assert_eq!(ends(code), "may raise ModuleNotFoundError: No module named 'gone'");
    let code = "import time\nif time.time():\n    import gone\nelse:\n    import gone\n";
    assert_eq!(ends(code), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn what_code_complains_of_under_an_undecided_condition_does_not_happen() {
    assert_eq!(ends("import time\nif time.time() < 5:\n    raise RuntimeError('clock')\n"), "ok");
    assert_eq!(
        ends("import sys\nif sys.version_info < (3, 12):\n    raise RuntimeError('too old')\n"),
        "RuntimeError: too old"
    );
}

#[test]
fn what_may_be_raised_is_handled_perhaps() {
    let code =
        "import time\ntry:\n    if time.time():\n        import gone\n    x = 1\nexcept ImportError:\n    x = 2\n";
    assert_eq!(run(code, "x"), "unknown Arms");
    assert_eq!(ends(code), "ok");
}

#[test]
fn finally_runs_whatever_happens() {
    assert_eq!(
        run("try:\n    try:\n        import gone\n    finally:\n        x = 1\nexcept ImportError:\n    pass\n", "x"),
        "1"
    );
    assert_eq!(
        run("def f():\n    try:\n        return 1\n    finally:\n        global x\n        x = 2\nf()\n", "x"),
        "2"
    );
}

#[test]
fn else_of_a_try_runs_where_nothing_was_raised() {
    assert_eq!(run("try:\n    import os\nexcept ImportError:\n    x = 1\nelse:\n    x = 2\n", "x"), "2");
    assert_eq!(run("try:\n    import gone\nexcept ImportError:\n    x = 1\nelse:\n    x = 2\n", "x"), "1");
}

#[test]
fn the_first_handler_that_fits_runs() {
    let code = "try:\n    import gone\nexcept OSError:\n    x = 1\nexcept ModuleNotFoundError:\n    x = 2\nexcept ImportError:\n    x = 3\n";
    assert_eq!(run(code, "x"), "2");
}

#[test]
fn an_unknown_class_of_a_handler_may_fit() {
    let code = "from json import SomeError\ntry:\n    import gone\nexcept SomeError:\n    x = 1\nexcept ImportError:\n    x = 1\n";
    assert_eq!(run(code, "x"), "1");
}

#[test]
fn the_first_cause_stands_at_the_end_of_the_chain() {
    let text =
        "//- /s/m.py\ntry:\n    import gone\nexcept ImportError as e:\n    raise RuntimeError('install it') from e\n";
    let mut world = World::new(text);
    let raised = world.raised("m");
    assert_eq!(raised.text.as_deref(), Some("install it"));
    assert_eq!(raised.first().text.as_deref(), Some("No module named 'gone'"));
    assert_eq!((raised.at.line, raised.first().at.line), (4, 2));
    assert!(raised.is_of_import());
}

#[test]
fn a_missing_fallback_is_its_own_cause() {
    let text = "//- /s/m.py\ntry:\n    import gone\nexcept ImportError:\n    import also_gone\n";
    assert_eq!(World::new(text).raised("m").first().text.as_deref(), Some("No module named 'also_gone'"));
}

#[test]
fn a_name_that_nothing_binds_is_a_name_error() {
    assert_eq!(run("try:\n    __SETUP__\nexcept NameError:\n    __SETUP__ = False\n", "__SETUP__"), "false");
    assert_eq!(run("try:\n    unicode\nexcept NameError:\n    unicode = 1\n", "unicode"), "1");
    assert_eq!(run("try:\n    len\nexcept NameError:\n    x = 1\nelse:\n    x = 2\n", "x"), "2");
}

#[test]
fn a_name_that_a_native_star_import_may_bind_is_none() {
    let text = "//- /s/m.py\nfrom n import *\ntry:\n    foo\nexcept NameError:\n    import gone\n//- /s/n.so\n";
    assert_eq!(World::new(text).outcome("m"), "ok");
}

#[test]
fn loops_over_what_is_known_turn_as_often() {
    assert_eq!(
        run("x = 0\nfor i in range(10):\n    if i == 7:\n        break\n    x += i\nelse:\n    x = -1\n", "x"),
        "21"
    );
    assert_eq!(run("x = 5\nwhile x > 1:\n    x -= 1\nelse:\n    y = x\n", "y"), "1");
    assert_eq!(run("x = [n for n in ('a', 'b', 'c') if n != 'b']\n", "x"), "['a', 'c']");
}

#[test]
fn a_loop_over_what_is_not_known_leaves_its_names_unknown() {
    assert_eq!(run("import os\nx = 1\nfor i in os.walk('/'):\n    x = i\n", "x"), "unknown Arms");
    assert_eq!(run("import os\nx = 1\nfor i in os.walk('/'):\n    pass\n", "x"), "1");
}

#[test]
fn a_break_under_an_undecided_condition_is_a_doubt() {
    let code = "import time\nlib = None\nfor n in ('a', 'b'):\n    if time.time():\n        lib = n\n        break\n";
    assert_eq!(run(code, "lib"), "unknown Arms");
    assert_eq!(ends(&format!("{code}else:\n    assert False\n")), "ok");
    assert_eq!(
        ends(&format!("{code}else:\n    import gone\n")),
        "may raise ModuleNotFoundError: No module named 'gone'"
    );
}

#[test]
fn what_follows_a_return_that_may_be_is_in_doubt() {
    let code = "//- /s/m.py\nimport time\ndef f():\n    if time.time():\n        return\n    import n\nf()\nimport o\n//- /s/n.py\n//- /s/o.py\n";
    let mut world = World::new(code);
    assert_eq!(world.outcome("m"), "ok");
    assert_eq!(world.told, ["import m", "import n?", "import o"]);
}

#[test]
fn what_is_raised_behind_a_return_that_may_be_does_not_happen() {
    let code = "import time\ndef f():\n    if time.time():\n        return 1\n    raise TypeError('never')\nx = f()\n";
    assert_eq!(run(code, "x"), "1");
    assert_eq!(
        ends(&code.replace("raise TypeError('never')", "import gone")),
        "may raise ModuleNotFoundError: No module named 'gone'"
    );
}

#[test]
fn an_unknown_part_does_not_matter_where_the_other_decides() {
    assert_eq!(run("import sys\nx = 'PyPy' in sys.version and 1 > 2\n", "x"), "false");
    assert_eq!(run("import sys\nx = 'PyPy' in sys.version or 1 < 2\n", "x"), "true");
    assert_eq!(run("import sys\nx = 'PyPy' in sys.version or 1 > 2\n", "x"), "unknown Arms");
}

#[test]
fn a_recursion_under_an_undecided_condition_ends() {
    let code = "import time\ndef f(n):\n    if time.time():\n        return f(n) + f(n) + f(n)\n    return f(n)\nx = f(1)\ny = 1\n";
    assert_eq!(run(code, "y"), "1");
}

#[test]
fn an_endless_loop_ends() {
    assert_eq!(run("x = 0\nwhile True:\n    x += 1\ny = 1\n", "y"), "1");
    assert_eq!(run("def f():\n    return f()\nx = f()\ny = 1\n", "y"), "1");
}

#[test]
fn a_context_manager_of_the_code_runs_around_the_block() {
    let code = "from contextlib import contextmanager\nlog = []\n@contextmanager\ndef m(name):\n    log.append(name)\n    try:\n        \
                yield name + '!'\n    finally:\n        log.append('end')\nwith m('a') as b:\n    log.append(b)\n";
    assert_eq!(run(code, "log"), "['a', 'a!', 'end']");
}

#[test]
fn a_context_manager_of_the_code_may_swallow() {
    let code = "from contextlib import contextmanager\n@contextmanager\ndef m():\n    try:\n        yield\n    except ImportError:\n        \
                pass\nwith m():\n    import gone\nx = 1\n";
    assert_eq!(run(code, "x"), "1");
    let class = "class M:\n    def __enter__(self):\n        return self\n    def __exit__(self, kind, value, tb):\n        return \
                 kind is not None and issubclass(kind, ImportError)\nwith M():\n    import gone\nx = 1\n";
    assert_eq!(run(class, "x"), "1");
    assert_eq!(ends(&class.replace("ImportError)", "OSError)")), "ModuleNotFoundError: No module named 'gone'");
}

#[test]
fn a_match_runs_each_case_perhaps() {
    let code = "import sys\nmatch sys.platform:\n    case 'win32':\n        x = 1\n    case _:\n        x = 2\n";
    assert_eq!(run(code, "x"), "unknown Arms");
}

#[test]
fn an_assertion_that_is_false_is_raised() {
    assert_eq!(ends("assert 1 > 2\n"), "AssertionError: ");
    assert_eq!(ends("import time\nassert time.time()\n"), "ok");
}

#[test]
fn leaving_the_process_ends_it() {
    assert_eq!(ends("import os\nos._exit(1)\n"), "unknown Outside");
    assert_eq!(ends("raise SystemExit('no')\n"), "SystemExit: no");
    assert_eq!(ends("import sys\ntry:\n    sys.exit(1)\nexcept SystemExit:\n    pass\n"), "ok");
}
