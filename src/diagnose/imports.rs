//! What an import of a package certainly runs, followed through Python source as text. Never run.
//!
//! Followed are the statements that no condition guards: at the left margin, and in a `try` whose handler raises again.
//! What stands in functions, conditions and other `try`s may or may not run, and is passed over.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::source::Line;
use crate::vfs::{FileSystem, VPath};

/// Longer sources are tables, not code.
const MOST_BYTES: usize = 1 << 20;
/// More sources than any package runs through when it is imported.
const MOST_FILES: usize = 2_000;

/// One import statement: the modules that it names, as they are written, with the names taken from each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Counted from 1.
    pub number: usize,
    pub text: String,
    pub modules: Vec<Named>,
}

/// `numpy.core` with `["multiarray"]` of `from numpy.core import multiarray`; no names of `import numpy.core`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub module: String,
    pub names: Vec<String>,
}

/// The first statement for which `wanted` has an answer, of those that imports of packages certainly run: `top` is the
/// folder of the outermost package, `packages` are those of it that are imported.
pub(super) fn first<T>(
    fs: &dyn FileSystem,
    top: &VPath,
    packages: &BTreeSet<VPath>,
    wanted: &dyn Fn(&Named) -> Option<T>,
) -> Option<(Line, T)> {
    let mut walk = Walk { fs, top: top.clone(), seen: FxHashSet::default(), wanted };
    packages.iter().find_map(|package| walk.module(package.join("__init__.py")))
}

struct Walk<'a, T> {
    fs: &'a dyn FileSystem,
    /// The folder of the outermost package.
    top: VPath,
    seen: FxHashSet<VPath>,
    wanted: &'a dyn Fn(&Named) -> Option<T>,
}

impl<T> Walk<'_, T> {
    /// Goes through a module in the order in which it runs.
    fn module(&mut self, path: VPath) -> Option<(Line, T)> {
        if self.seen.len() >= MOST_FILES || !self.seen.insert(path.clone()) {
            return None;
        }
        let bytes = self.fs.read(&path, MOST_BYTES).ok()?;
        for statement in statements(&String::from_utf8_lossy(&bytes)) {
            for named in &statement.modules {
                if let Some(found) = (self.wanted)(named) {
                    let line = Line { path, number: statement.number, text: statement.text };
                    return Some((line, found));
                }
                for inner in self.inside(&path, named) {
                    if let Some(found) = self.module(inner) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// The sources of the same package that a statement runs, those of upper packages first.
    fn inside(&self, path: &VPath, named: &Named) -> Vec<VPath> {
        let Some((mut folder, rest)) = self.start(path, &named.module) else { return Vec::new() };
        let mut paths = vec![folder.join("__init__.py")];
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            paths.push(folder.join(format!("{part}.py")));
            folder = folder.join(part);
            paths.push(folder.join("__init__.py"));
        }
        for name in &named.names {
            paths.push(folder.join(format!("{name}.py")));
            paths.push(folder.join(name).join("__init__.py"));
        }
        paths
    }

    /// The folder that a name is looked for in, and what is left of the name; none of what lies in another package.
    fn start<'n>(&self, path: &VPath, module: &'n str) -> Option<(VPath, &'n str)> {
        let rest = module.trim_start_matches('.');
        let dots = module.len() - rest.len();
        if dots > 0 {
            let mut folder = path.parent()?;
            for _ in 1..dots {
                folder = folder.parent()?;
            }
            return folder.starts_with(&self.top).then_some((folder, rest));
        }
        let (first, rest) = rest.split_once('.').unwrap_or((rest, ""));
        (first.as_bytes() == self.top.file_name()).then(|| (self.top.clone(), rest))
    }
}

/// The import statements of a source that no condition guards.
pub(super) fn statements(source: &str) -> Vec<Statement> {
    let lines = logical_lines(source);
    let mut statements = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let (number, line) = &lines[at];
        if !line.starts_with([' ', '\t']) {
            if line.trim_end() == "try:" {
                let (body, end) = attempt(&lines, at + 1);
                statements.extend(body.iter().filter_map(|(number, line)| statement(*number, line)));
                at = end;
                continue;
            }
            statements.extend(statement(*number, line));
        }
        at += 1;
    }
    statements
}

/// Every import statement of a source, whatever stands around it.
pub(super) fn every_statement(source: &str) -> Vec<Statement> {
    logical_lines(source).iter().filter_map(|(number, line)| statement(*number, line)).collect()
}

/// The body of a `try` that starts here, where every handler raises again, and the line behind the whole.
fn attempt(lines: &[(usize, String)], start: usize) -> (Vec<(usize, String)>, usize) {
    let is_inner = |line: &str| line.starts_with([' ', '\t']);
    let body: Vec<(usize, String)> = lines[start..].iter().take_while(|(_, line)| is_inner(line)).cloned().collect();
    let margin = body.first().map_or(0, |(_, line)| line.len() - line.trim_start().len());
    let mut at = start + body.len();
    let (mut handlers, mut raising) = (0, 0);
    while let Some((_, line)) = lines
        .get(at)
        .filter(|(_, line)| is_inner(line) || ["except", "else:", "finally:"].iter().any(|word| line.starts_with(word)))
    {
        let word = line.trim();
        handlers += usize::from(line.starts_with("except"));
        raising += usize::from(is_inner(line) && (word == "raise" || word.starts_with("raise ")));
        at += 1;
    }
    // What a `try` itself guards deeper within is not followed.
    let is_plain = |(_, line): &(usize, String)| line.len() - line.trim_start().len() == margin;
    let body = if raising >= handlers { body.into_iter().filter(is_plain).collect() } else { Vec::new() };
    (body, at)
}

/// Lines with their numbers, without comments and texts over several lines; what stands in parentheses is one line.
fn logical_lines(source: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut open = None;
    let mut depth = 0_i32;
    for (index, line) in source.lines().enumerate() {
        let is_continued = depth > 0 || lines.last().is_some_and(|(_, before)| before.ends_with('\\'));
        let was_open = open.is_some();
        let code = code_of(line, &mut open);
        depth += code.matches(['(', '[', '{']).count() as i32 - code.matches([')', ']', '}']).count() as i32;
        depth = depth.max(0);
        match lines.last_mut().filter(|_| is_continued || was_open) {
            Some((_, before)) => {
                let joined = format!("{} {}", before.trim_end_matches('\\'), code.trim());
                *before = joined;
            }
            None if code.trim().is_empty() => {}
            None => lines.push((index + 1, code)),
        }
    }
    lines
}

/// A line without its comment and without the insides of texts. `open` is the quote of a text that goes on.
fn code_of(line: &str, open: &mut Option<&'static str>) -> String {
    const QUOTES: [&str; 4] = ["\"\"\"", "'''", "\"", "'"];
    let mut code = String::new();
    let mut rest = line;
    while !rest.is_empty() {
        if let Some(quote) = *open {
            let end = rest.find(quote);
            rest = end.map_or("", |at| &rest[at + quote.len()..]);
            // A text in single quotes ends with its line at the latest.
            if end.is_some() || quote.len() == 1 {
                *open = None;
                code.push_str("''");
            }
            continue;
        }
        if rest.starts_with('#') {
            break;
        }
        if let Some(quote) = QUOTES.iter().find(|quote| rest.starts_with(**quote)) {
            *open = Some(quote);
            rest = &rest[quote.len()..];
            continue;
        }
        let end = rest.chars().next().map_or(1, char::len_utf8);
        code.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    if open.is_some_and(|quote| quote.len() == 1) {
        *open = None;
    }
    code.trim_end().to_owned()
}

/// An import statement; several of one line count as the first.
fn statement(number: usize, line: &str) -> Option<Statement> {
    let code = line.trim().split(';').next().unwrap_or_default();
    let named = |text: &str| {
        let name = text.split_whitespace().next().unwrap_or_default();
        name.to_owned()
    };
    let modules = if let Some(rest) = code.strip_prefix("from ") {
        let (module, names) = rest.split_once(" import ").or_else(|| rest.split_once(" import("))?;
        let names = names.trim().trim_matches(['(', ')']).split(',').map(named).filter(|name| !name.is_empty());
        vec![Named { module: module.trim().to_owned(), names: names.collect() }]
    } else {
        let rest = code.strip_prefix("import ")?;
        rest.split(',').map(|item| Named { module: named(item), names: Vec::new() }).collect()
    };
    Some(Statement { number, text: line.trim().to_owned(), modules })
}

#[cfg(test)]
mod tests {
    use super::{first, statements};
    use crate::vfs::{Memory, VPath};

    fn modules(source: &str) -> Vec<String> {
        let all = statements(source).into_iter().flat_map(|statement| statement.modules);
        all.map(|named| format!("{} {}", named.module, named.names.join(" ")).trim().to_owned()).collect()
    }

    #[test]
    fn statements_at_the_margin_are_followed_in_all_their_spellings() {
        assert_eq!(modules("import numpy as np, os\n"), ["numpy", "os"]);
        assert_eq!(
            modules("from numpy.core import (multiarray,\n    umath as u,  # why\n)\n"),
            ["numpy.core multiarray umath"]
        );
        assert_eq!(modules("from . import \\\n    a, b\n"), [". a b"]);
        assert_eq!(modules("from numpy import *\n"), ["numpy *"]);
    }

    #[test]
    fn what_may_not_run_is_passed_over() {
        for source in [
            "def f():\n    import numpy\n",
            "if x:\n    import numpy\n",
            "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n",
            "\"\"\"\nimport numpy\n\"\"\"\n",
            "x = '''\nimport numpy\n'''\n",
            "# import numpy\n",
            "x = '#' + \"\nimport\"\n",
        ] {
            assert_eq!(modules(source), [] as [String; 0], "{source}");
        }
    }

    #[test]
    fn a_try_whose_handler_raises_again_guards_nothing() {
        let source = "try:\n    import numpy\n    import numpy.core.multiarray\nexcept ImportError:\n    print('x')\n    raise\nimport os\n";
        assert_eq!(modules(source), ["numpy", "numpy.core.multiarray", "os"]);
        let two = "try:\n    import numpy\nexcept ImportError:\n    raise\nexcept Exception:\n    pass\nimport os\n";
        assert_eq!(modules(two), ["os"]);
    }

    #[test]
    fn imports_are_followed_within_the_package_in_the_order_in_which_they_run() {
        let mut memory = Memory::new();
        let mut put = |path: &str, text: &str| memory.file(&VPath::new(path), text.as_bytes().to_vec());
        put("/s/a/__init__.py", "from .b import c\nfrom a.d import e\n");
        put("/s/a/b/__init__.py", "from ..f import g\n");
        put("/s/a/b/c.py", "import os\n");
        put("/s/a/f.py", "def h():\n    import numpy\n");
        put("/s/a/d.py", "import re\nimport numpy.core\n");
        let wanted = |named: &super::Named| named.module.starts_with("numpy").then(|| named.module.clone());
        let (line, module) =
            first(&memory, &VPath::new("/s/a"), &[VPath::new("/s/a")].into(), &wanted).expect("a line");
        assert_eq!((line.path.to_string().as_str(), line.number, module.as_str()), ("/s/a/d.py", 2, "numpy.core"));
    }

    #[test]
    fn a_circle_ends() {
        let mut memory = Memory::new();
        memory.file(&VPath::new("/s/a/__init__.py"), b"from . import b\n".to_vec());
        memory.file(&VPath::new("/s/a/b.py"), b"import a\nfrom . import b\n".to_vec());
        assert!(first(&memory, &VPath::new("/s/a"), &[VPath::new("/s/a")].into(), &|_| None::<()>).is_none());
    }
}
