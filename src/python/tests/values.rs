//! What expressions come to.

use super::run;

/// The value of an expression, after some imports.
fn value(expression: &str) -> String {
    run(&format!("import os, sys, platform, pathlib, struct\nfrom pathlib import Path\nx = {expression}\n"), "x")
}

#[test]
fn texts_are_put_together() {
    assert_eq!(value("f'{\"a\"}-{1 + 1:03d}-{\"b\":>3}'"), "'a-002-  b'");
    assert_eq!(value("'lib%s.so.%d' % ('x', 3)"), "'libx.so.3'");
    assert_eq!(value("'%(a)s/%(b)s' % {'a': 1, 'b': 'c'}"), "'1/c'");
    assert_eq!(value("'{}-{0}'.format(1)"), "'1-1'");
    assert_eq!(value("'{a}/{b!r}'.format(a='x', b='y')"), "'x/'y''");
    assert_eq!(value("'a,b,c'.split(',')[1:]"), "['b', 'c']");
    assert_eq!(value("'.'.join(str(n) for n in (1, 2, 3))"), "'1.2.3'");
    assert_eq!(value("'ab' * 2 + 'c'[::-1]"), "'ababc'");
    assert_eq!(value("'numpy._core'.rpartition('.')[2]"), "'_core'");
    assert_eq!(value("'a' 'b' f'c'"), "'abc'");
}

#[test]
fn paths_are_worked_out() {
    assert_eq!(value("os.path.join(os.path.dirname(__file__), '..', 'libs')"), "'/s/../libs'");
    assert_eq!(value("os.path.abspath(os.path.join(os.path.dirname(__file__), '..', 'libs'))"), "'/libs'");
    assert_eq!(value("Path(__file__).resolve().parent / 'a' / 'b.so'"), "Path(/s/a/b.so)");
    assert_eq!(value("Path(__file__).parents[0].joinpath('x').with_suffix('.so').name"), "'x.so'");
    assert_eq!(value("os.path.splitext(os.path.basename(__file__))"), "['m', '.py']");
    assert_eq!(value("os.fspath(pathlib.Path('a', 'b'))"), "'a/b'");
    assert_eq!(value("os.path.isfile(__file__), os.path.exists('/s/no')"), "[true, false]");
    assert_eq!(value("os.path.exists('/elsewhere')"), "unknown Path");
}

#[test]
fn facts_of_the_target_decide() {
    assert_eq!(value("sys.version_info >= (3, 8)"), "true");
    assert_eq!(value("sys.version_info[:2] == (3, 11)"), "true");
    assert_eq!(value("sys.version_info[0] == 2 or sys.version_info.minor > 11"), "false");
    assert_eq!(value("sys.platform == 'win32', os.name == 'posix', platform.system()"), "[false, true, 'Linux']");
    assert_eq!(
        value("os.uname().sysname, os.uname()[0] == 'Darwin', platform.uname().system"),
        "['Linux', false, 'Linux']"
    );
    assert_eq!(value("os.uname().machine == platform.machine()"), "true");
    assert_eq!(value("sys.maxsize > 2**32"), "true");
    assert_eq!(value("struct.calcsize('P') * 8"), "64");
    assert_eq!(value("hasattr(os, 'add_dll_directory')"), "false");
    assert_eq!(value("hasattr(sys, 'setdlopenflags')"), "true");
    assert_eq!(value("getattr(sys, 'frozen', False)"), "false");
    assert_eq!(value("os.environ.get('NOWHERE', 'x')"), "'x'");
    assert_eq!(value("'linux' in sys.platform and __debug__"), "true");
    assert_eq!(value("sys.platform in ('win32', 'cygwin')"), "false");
}

#[test]
fn what_is_not_known_of_the_target_is_unknown() {
    assert_eq!(value("sys.version, os.uname().release"), "[unknown Target, unknown Target]");
    assert_eq!(
        value("sys.flags.optimize >= 2, sys.flags.dev_mode, sys.flags.isolated"),
        "[false, false, unknown Opaque]"
    );
    assert_eq!(value("sys.version_info > (3, 11, 7)"), "true");
}

#[test]
fn collections_are_gone_through() {
    assert_eq!(value("sorted({'b', 'a'})"), "['a', 'b']");
    assert_eq!(value("{'a': 1, 'b': 2}['b']"), "2");
    assert_eq!(value("{k: v for k, v in [('a', 1)]}.get('a')"), "1");
    assert_eq!(value("[*range(3), *(4, 5)]"), "[0, 1, 2, 4, 5]");
    assert_eq!(value("any(x.startswith('b') for x in ['a', 'b'])"), "true");
    assert_eq!(value("all([]) and not any(())"), "true");
    assert_eq!(value("list(zip('ab', [1, 2]))"), "[['a', 1], ['b', 2]]");
    assert_eq!(value("max([3, 1, 2]), min(3, 1), sum([1, 2])"), "[3, 1, 3]");
    assert_eq!(value("next((p for p in ['', 'a'] if p), None)"), "'a'");
    assert_eq!(value("dict(a=1)['a']"), "1");
    assert_eq!(value("list(map(int, '1.24.3'.split('.')))"), "[1, 24, 3]");
    assert_eq!(value("tuple(int(x) for x in '1.2'.split('.')) >= (1, 1)"), "true");
}

#[test]
fn lists_are_one_under_two_names() {
    assert_eq!(run("a = []\nb = a\nb.append(1)\nb += [2]\nx = a\n", "x"), "[1, 2]");
    assert_eq!(run("def f(l):\n    l.append(1)\na = []\nf(a)\nx = a\n", "x"), "[1]");
    assert_eq!(run("__all__ = ['a']\n__all__ += ['b']\n__all__.extend(['c'])\nx = __all__\n", "x"), "['a', 'b', 'c']");
}

#[test]
fn a_list_that_an_unknown_function_is_given_is_lost() {
    assert_eq!(run("import json\na = [1]\njson.something(a)\nx = len(a)\n", "x"), "unknown Call");
    assert_eq!(run("a = [1]\nprint(a)\nx = len(a)\n", "x"), "1");
}

#[test]
fn functions_return_and_close_over() {
    assert_eq!(
        run("def f(a, b=2, *c, d=4, **e):\n    return a + b + len(c) + d + len(e)\nx = f(1, 2, 3, z=9)\n", "x"),
        "9"
    );
    assert_eq!(
        run("def outer(n):\n    def inner(m):\n        return n + m\n    return inner\nx = outer(1)(2)\n", "x"),
        "3"
    );
    assert_eq!(run("n = 1\ndef f():\n    global n\n    n = 2\nf()\nx = n\n", "x"), "2");
    assert_eq!(
        run(
            "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n = 2\n    g()\n    return n\nx = f()\n",
            "x"
        ),
        "2"
    );
    assert_eq!(run("x = (lambda a, b=3: a * b)(2)\n", "x"), "6");
    assert_eq!(run("import functools\nx = functools.partial(max, 5)(3, 7)\n", "x"), "7");
}

#[test]
fn decorators_of_the_code_are_called() {
    let code = "def twice(f):\n    def g(n):\n        return f(f(n))\n    return g\n@twice\ndef add(n):\n    return n + 1\nx = add(1)\n";
    assert_eq!(run(code, "x"), "3");
    let code = "import functools\n@functools.lru_cache(maxsize=None)\ndef f():\n    return 1\n@functools.lru_cache\ndef g():\n    return 2\nx = f() + g()\n";
    assert_eq!(run(code, "x"), "3");
    assert_eq!(run("import json\n@json.mark\ndef f():\n    import gone\nx = f()\n", "x"), "unknown Opaque");
}

#[test]
fn classes_are_made_and_used() {
    let code = "class A:\n    n = 1\n    def __init__(self, m):\n        self.m = m\n    def sum(self):\n        return self.n + self.m\n    \
                @property\n    def p(self):\n        return self.sum()\n    @staticmethod\n    def s(a):\n        return a\n    \
                @classmethod\n    def c(cls):\n        return cls(5)\nclass B(A):\n    def __init__(self):\n        super().__init__(2)\n";
    assert_eq!(run(&format!("{code}x = B().sum()\n"), "x"), "3");
    assert_eq!(run(&format!("{code}x = B().p + A.s(1) + A.c().m\n"), "x"), "9");
    assert_eq!(run(&format!("{code}x = hasattr(B(), 'nothing')\n"), "x"), "unknown Construct");
    assert_eq!(
        run("import threading\nt = threading.local()\nif not hasattr(t, 'x'):\n    t.x = 1\nx = t.x\n", "x"),
        "1"
    );
}

#[test]
fn versions_of_distributions_are_asked() {
    assert_eq!(run("import importlib.metadata as m\nx = m.version('there')\n", "x"), "'1.2.3'");
    let code =
        "import importlib.metadata as m\ntry:\n    x = m.version('gone')\nexcept m.PackageNotFoundError:\n    x = 0\n";
    assert_eq!(run(code, "x"), "0");
}

#[test]
fn exceptions_are_values() {
    let code =
        "try:\n    import gone\nexcept ImportError as e:\n    x = str(e), e.name, isinstance(e, ModuleNotFoundError)\n";
    assert_eq!(run(code, "x"), "['No module named 'gone'', 'gone', true]");
    assert_eq!(
        run("class E(ImportError):\n    pass\ntry:\n    raise E('a')\nexcept ImportError as e:\n    x = str(e)\n", "x"),
        "'a'"
    );
    assert_eq!(run("try:\n    {}['a']\nexcept KeyError:\n    x = 1\n", "x"), "1");
}

#[test]
fn versions_are_compared_by_the_classes_for_them() {
    let text = |code: &str| {
        format!(
            "//- /s/m.py\nfrom version import Version, parse\nx = {code}\n//- /s/version.py\nclass Version:\n    def __init__(self, v):\n        self.v = v\ndef parse(v):\n    return Version(v)\n"
        )
    };
    let value = |code: &str| {
        let mut world = super::World::new(&text(code));
        assert_eq!(world.outcome("m"), "ok");
        format!("{:?}", world.value("m", "x"))
    };
    assert_eq!(value("parse('1.10') > parse('1.9')"), "Known(Bool(true))");
    assert_eq!(value("Version('2.0.0rc1') >= Version('2')"), "Known(Bool(false))");
    assert_eq!(
        value("parse('1.26.4').major, parse('1.26.4').release[:2] == (1, 26)"),
        "Known(Tuple([Int(1), Bool(true)]))"
    );
}

#[test]
fn what_a_comprehension_goes_over_first_is_told_among_the_names_around_it() {
    let names = "[name for name in dir() if not name.startswith('_')]";
    assert_eq!(value(names), value("sorted(name for name in dir() if name[0] != '_')"));
    assert_eq!(value(&format!("'os' in {names}")), "true");
    assert_eq!(value(&format!("'gone' in {names}")), "false");
}
