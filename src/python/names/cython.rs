//! What surely runs of a Cython source (`.pyx`) when its module is initialized.

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::{NamedImport, Standing, certain_imports, each_word, named_imports};

/// The import statements of a Cython source that nothing may pass over ([`certain_imports`]), as Python code: each on its own
/// line. Those of files that it includes (`include "x.pxi"`) stand on the line of the statement; `included` reads them.
///
/// All else of it is no Python. `cimport` and the module `cython` are known to the compiler alone.
pub fn cython_imports(source: &[u8], included: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> String {
    let mut statements = statements(source);
    for (line, name) in includes(source) {
        let Some(bytes) = included(&name) else { continue };
        statements.extend(self::statements(&bytes).into_iter().map(|(_, statement)| (line, statement)));
    }
    statements.sort_by_key(|(line, _)| *line);
    let (mut code, mut at) = (String::new(), 1);
    for (line, statement) in statements {
        if line > at {
            code.extend(std::iter::repeat_n('\n', (line - at) as usize));
        } else if !code.is_empty() {
            code.push(';');
        }
        at = line;
        code.push_str(&statement);
    }
    code
}

/// The modules of a Cython source that come in when its module is initialized besides [`cython_imports`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImplicitImports {
    /// What it takes by `cimport`, as seen from its package: what it uses of these is imported at once.
    pub cimported: Vec<String>,
    /// What it imports under a condition or a handler, outside of functions.
    pub perhaps: Vec<String>,
}

/// The module that an import names, and those that its names may be.
fn modules(import: &NamedImport, package: &str) -> Vec<String> {
    let base = import.absolute(package);
    let within = import.taken.iter().flatten().filter_map(|name| Some(format!("{}.{name}", base.as_ref()?)));
    within.chain(base.clone()).collect()
}

/// What Python code that Cython compiles takes as `cimport` does: `from cython.cimports.a import b`.
pub fn cimported_by_python(source: &[u8]) -> Vec<String> {
    let imports = named_imports(source);
    let names = imports.iter().flat_map(|import| modules(import, ""));
    names.filter_map(|name| Some(name.strip_prefix("cython.cimports.")?.to_owned())).collect()
}

/// Reads them of a source or a file of declarations (`.pxd`) that lies in this package.
pub fn implicit_imports(source: &[u8], package: &str) -> ImplicitImports {
    let names = |import: &NamedImport| modules(import, package);
    let imports = named_imports(source);
    let perhaps = imports.iter().filter(|import| import.standing == Standing::Block).flat_map(names).collect();
    // The statements have one form.
    let mut read = source.to_vec();
    memmem::find_iter(source, b"cimport").for_each(|at| read[at] = b' ');
    let plain: FxHashSet<&NamedImport> = imports.iter().collect();
    let read = named_imports(&read);
    let cimports = read.iter().filter(|import| !plain.contains(import));
    ImplicitImports { cimported: cimports.flat_map(names).collect(), perhaps }
}

/// Each with the line on which it begins, from 1.
fn statements(source: &[u8]) -> Vec<(u32, String)> {
    let is_at_run_time = |import: &NamedImport| import.level > 0 || super::top(&import.module) != "cython";
    let imports = certain_imports(source).into_iter().filter(is_at_run_time);
    imports.filter_map(|import| Some((import.line, statement(&import)?))).collect()
}

/// None of one that names nothing.
fn statement(import: &NamedImport) -> Option<String> {
    match &import.taken {
        None => Some(format!("import {}", import.module)),
        Some(taken) if taken.is_empty() => None,
        Some(taken) => {
            let dots = ".".repeat(import.level as usize);
            Some(format!("from {dots}{} import {}", import.module, taken.join(", ")))
        }
    }
}

/// The files that a Cython source includes, by the names that it gives them.
pub fn cython_includes(source: &[u8]) -> Vec<String> {
    includes(source).into_iter().map(|(_, name)| name).collect()
}

/// `include "x.pxi"` at the left margin, each with its line.
fn includes(source: &[u8]) -> Vec<(u32, String)> {
    const WORD: &[u8] = b"include";
    let (mut found, mut lines) = (Vec::new(), super::Lines { at: 0, line: 1 });
    each_word(source, WORD, |blocks, at, _| {
        let is_first = at == 0 || source[at - 1] == b'\n';
        if !is_first || blocks.standing(at) != Standing::Top {
            return None;
        }
        let start = at + WORD.len() + source[at + WORD.len()..].iter().take_while(|byte| **byte == b' ').count();
        let quote = source.get(start).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let name = &source[start + 1..];
        let len = name.iter().take(256).position(|byte| byte == quote)?;
        found.push((lines.of(source, at), str::from_utf8(&name[..len]).ok()?.to_owned()));
        Some(start + 1 + len + 1)
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{cimported_by_python, cython_imports, implicit_imports};

    fn code(source: &str) -> String {
        cython_imports(source.as_bytes(), &mut |name| {
            (name == "a.pxi").then(|| b"\"\"\"why\"\"\"\nimport x, y\ndef f():\n    import z\n".to_vec())
        })
    }

    #[test]
    fn what_surely_runs_keeps_its_line() {
        let source = "# cython: language_level=3\nimport a.b\n\ncdef int f(int x) except -1:\n    import later\n    return x\n\
                      from . import (c,\n    d as e)\nfrom .f import *\n";
        assert_eq!(code(source), "\nimport a.b\n\n\n\n\nfrom . import c, d\n\nfrom .f import *");
    }

    #[test]
    fn the_compiler_alone_knows_what_is_cimported() {
        let source = "cimport numpy as np\nfrom libc.math cimport sqrt\nimport cython\nfrom cython.parallel import prange\n\
                      from .cython import it\n";
        assert_eq!(code(source), "\n\n\n\nfrom .cython import it");
    }

    #[test]
    fn what_is_included_stands_where_it_is_included() {
        assert_eq!(code("import a\ninclude \"a.pxi\"  # why\nimport b\n"), "import a\nimport x;import y\nimport b");
        assert_eq!(code("x = 'include'\ndef f():\n    include \"a.pxi\"\n\"\"\"\ninclude \"a.pxi\"\n\"\"\"\n"), "");
        assert_eq!(code("include \"gone.pxi\"\nimport a\n"), "\nimport a");
    }

    #[test]
    fn what_is_cimported_comes_in_and_what_functions_import_does_not() {
        let source = "cimport a.b as c\nfrom .d cimport (e,\n  f)\nfrom . cimport g\nimport h\ncdef class C:\n    @staticmethod\n    \
                      cdef wrap(int x):\n        from p.later import i\ntry:\n    import j\nexcept ImportError:\n    pass\n\
                      cpdef int k() except -1:\n    import l\n";
        let taken = implicit_imports(source.as_bytes(), "p");
        assert_eq!(taken.cimported, ["a.b", "p.d.e", "p.d.f", "p.d", "p.g", "p"]);
        assert_eq!(taken.perhaps, ["j"]);
        assert_eq!(cimported_by_python(b"import a\nfrom cython.cimports.b.c import d\n"), ["b.c.d", "b.c"]);
    }

    #[test]
    fn what_a_condition_or_a_handler_may_pass_over_is_not_told() {
        let source = "IF UNAME_SYSNAME == 'Windows':\n    import winreg\ntry:\n    import a\nexcept ImportError:\n    a = None\n\
                      cdef class C:\n    import b\n";
        assert_eq!(code(source), "");
    }
}
