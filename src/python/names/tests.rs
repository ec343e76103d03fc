//! What the fast pass sees, and what it passes over.

use super::{Standing, named_imports};

/// Each import as `.module[names]`, with its line and a sign for where it stands: nothing, `-` in a block, `=` in a function.
fn seen(source: &str) -> Vec<String> {
    let imports = named_imports(source.as_bytes());
    let shown = imports.iter().map(|import| {
        let dots = ".".repeat(import.level as usize);
        let taken = import.taken.as_ref().map_or(String::new(), |taken| format!("[{}]", taken.join(" ")));
        let sign = match import.standing {
            Standing::Top => "",
            Standing::Block => "-",
            Standing::Function => "=",
        };
        let call = if import.is_call { "()" } else { "" };
        format!("{}{sign} {dots}{}{call}{taken}", import.line, import.module)
    });
    shown.collect()
}

#[test]
fn every_form_of_an_import_is_seen() {
    assert_eq!(seen("import a\nimport b.c as d, e\nfrom f import g\n"), ["1 a", "2 b.c", "2 e", "3 f[g]"]);
    assert_eq!(
        seen("from . import a\nfrom .b import c as d, e\nfrom ...f.g import *"),
        ["1 .[a]", "2 .b[c e]", "3 ...f.g[*]"]
    );
    assert_eq!(seen("from . import (\n    _a,  # why\n    _b as c,\n)\n"), ["1 .[_a _b]"]);
    assert_eq!(seen("from a \\\n    import b, \\\n    c\nimport d\n"), ["1 a[b c]", "4 d"]);
    assert_eq!(seen("import os; from . import _a;import b"), ["1 os", "1 .[_a]", "1 b"]);
    assert_eq!(seen("x = '#'; from . import _a"), ["1 .[_a]"]);
    assert_eq!(seen("from.a import(b)\nfrom . a . b import c\n"), ["1 .a[b]", "2 .a.b[c]"]);
    assert_eq!(seen("import a\r\nimport b\r\n"), ["1 a", "2 b"]);
}

#[test]
fn calls_with_a_literal_are_seen() {
    assert_eq!(seen("importlib.import_module('a.b')\nimport_module(\n  \".c\", __name__)\n"), ["1 a.b()", "2 .c()"]);
    assert_eq!(seen("x = __import__('a')\n__import__(name)\nimport_module(f'a.{b}')\n"), ["1 a()"]);
}

#[test]
fn texts_and_comments_are_passed_over() {
    assert_eq!(
        seen("'''\nimport a\n'''\n\"\"\"from b import c\"\"\"\n# import d\nx = 'import e'\nimport f\n"),
        ["7 f"]
    );
    assert_eq!(seen("x = 'it\\'s'; import a\ny = r'\\'; import b'\n"), ["1 a"]);
    assert_eq!(seen("'''a\\'''import x'''\nimport b\n"), ["2 b"]);
    assert_eq!(seen("x = '''\"'''\nimport a\n"), ["2 a"]);
    assert_eq!(seen("x = 'not closed\nimport a\n"), ["2 a"]);
}

#[test]
fn parts_of_other_words_are_none() {
    assert_eq!(
        seen("important = 1\nreimport = 2\nx.imports\nimportlib.reload(x)\nfrom_import = 1\n_import = 2\n"),
        [] as [&str; 0]
    );
    assert_eq!(
        seen("from importlib import a\nfrom ._importance import importance\n"),
        ["1 importlib[a]", "2 ._importance[importance]"]
    );
    assert_eq!(seen("yield_from = 1\nimport a\n"), ["2 a"]);
}

#[test]
fn it_is_told_where_an_import_stands() {
    let source = "import a\nif x:\n    import b\ndef f():\n    import c\n    if y:\n        import d\nclass E:\n    import e\n    def g(self):\n        \
                  import g\ntry:\n    import h\nexcept ImportError:\n    pass\nimport i\n";
    let expected = ["1 a", "3- b", "5= c", "7= d", "9- e", "11= g", "13- h", "16 i"];
    assert_eq!(seen(source), expected);
    assert_eq!(
        seen("try: import a\nexcept E: import b\ndef f(): import c\nasync def g():\n  import d\n"),
        ["1- a", "2- b", "3= c", "5= d"]
    );
}

#[test]
fn texts_and_brackets_do_not_end_a_block() {
    let source = "def f(\n    a,\n):\n    '''\nleft\n    '''\n    x = [\n1,\n]\n    import a\n";
    assert!(["10= a", "10- a"].contains(&seen(source)[0].as_str()));
    assert_eq!(seen("def f(\n    a,\n):\n    '''\nleft\n    '''\n    import a\n"), ["7= a"]);
}

#[test]
fn damaged_bytes_are_no_matter() {
    for source in
        ["import", "from", "from . import", "import (", "from a import (b", "import \\", "'", "'''", "\\", "import a."]
    {
        named_imports(source.as_bytes());
    }
    named_imports(b"\xff\xfeimport \xff\nimport a\x00b\n");
    assert_eq!(seen("import naïve\n"), ["1 naïve"]);
}

#[test]
fn relative_names_start_at_the_package() {
    let absolute = |code: &str, package: &str| named_imports(code.as_bytes())[0].absolute(package);
    assert_eq!(absolute("import x.y", "a.b").as_deref(), Some("x.y"));
    assert_eq!(absolute("from .x import z", "a.b").as_deref(), Some("a.b.x"));
    assert_eq!(absolute("from . import z", "a.b").as_deref(), Some("a.b"));
    assert_eq!(absolute("from .. import z", "a.b").as_deref(), Some("a"));
    assert_eq!(absolute("from ...x import z", "a.b").as_deref(), Some("x"));
    assert_eq!(absolute("from ....x import z", "a.b"), None);
}
