//! What surely runs of a Cython source (`.pyx`) when its module is initialized.

use super::{NamedImport, Standing, certain_imports, each_word};

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
    use super::cython_imports;

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
    fn what_a_condition_or_a_handler_may_pass_over_is_not_told() {
        let source = "IF UNAME_SYSNAME == 'Windows':\n    import winreg\ntry:\n    import a\nexcept ImportError:\n    a = None\n\
                      cdef class C:\n    import b\n";
        assert_eq!(code(source), "");
    }
}
