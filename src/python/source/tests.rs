//! Sources that are too deep, damaged, or large.

use super::ModuleSource;
use crate::python::limits;
use crate::python::value::Reason;

/// Parses and drops on a thread with the stack that the limits ask for.
#[cfg(test)]
fn unreadable(source: String) -> Option<Reason> {
    let parse = move || ModuleSource::parse(source.as_bytes()).unreadable();
    let thread = std::thread::Builder::new().stack_size(limits::STACK_BYTES).spawn(parse);
    thread.unwrap().join().unwrap()
}

const MANY: usize = 1_000_000;

#[test]
fn a_million_of_anything_that_nests_is_refused() {
    let before =
        ["(", "[", "{", "-", "~", "not ", "await ", "lambda: ", "lambda x, y: ", "1 if 2 else ", "f(", "x[", "*", "**"];
    for piece in before {
        assert_eq!(unreadable(format!("x = {}1\n", piece.repeat(MANY))), Some(Reason::Limit), "{piece}");
    }
    for piece in [".a", "+1", "**1", "()", "[0]", " if 1 else 2", "@a", " or not a", "(0)[0].a"] {
        assert_eq!(unreadable(format!("x = y{}\n", piece.repeat(MANY))), Some(Reason::Limit), "{piece}");
    }
    for piece in ["if a: ", "for a in b: ", "while a: ", "with a: ", "try: ", "class a: ", "def a(): ", "async "] {
        let seen = unreadable(format!("{}pass\n", piece.repeat(MANY)));
        assert!(seen.is_some(), "{piece}");
    }
}

#[test]
fn blocks_in_each_other_are_refused_beyond_the_limit() {
    let nested = |depth: usize| -> String {
        let lines = (0..depth).map(|level| format!("{}if a:\n", " ".repeat(level)));
        lines.chain([format!("{}pass\n", " ".repeat(depth))]).collect()
    };
    assert_eq!(unreadable(nested(90)), None);
    assert_eq!(unreadable(nested(2_000)), Some(Reason::Limit));
}

#[test]
fn what_is_long_and_flat_is_no_matter() {
    assert_eq!(unreadable(format!("x = [{}]\n", "-1, ".repeat(MANY / 4))), None);
    assert_eq!(unreadable(format!("x = {{{}}}\n", "'a': b.c(1) + 2, ".repeat(MANY / 8))), None);
    assert_eq!(unreadable("x.a = y.b[0](1)\n".repeat(MANY / 16)), None);
    let arms = "elif a == 1:\n    b = 2\n".repeat(20_000);
    assert_eq!(unreadable(format!("if a:\n    pass\n{arms}")), None);
}

#[test]
fn a_chain_up_to_the_limit_is_parsed_and_dropped() {
    assert_eq!(unreadable(format!("x = y{}\n", ".a".repeat(limits::CHAIN - 10))), None);
    assert_eq!(unreadable(format!("x = {}1\n", "not ".repeat(limits::CHAIN - 10))), None);
    assert_eq!(unreadable(format!("x = {}1\n", "lambda: ".repeat(limits::CHAIN - 10))), None);
}

#[test]
fn what_is_no_python_is_unknown() {
    assert_eq!(unreadable("def :\n".to_owned()), Some(Reason::Syntax));
    assert_eq!(unreadable("print 'hello'\n".to_owned()), Some(Reason::Syntax));
    assert_eq!(unreadable("x = 1\n".to_owned()), None);
    assert_eq!(unreadable(String::new()), None);
}
