//! Sources that are too deep, damaged, or large.

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{AnyNodeRef, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::{FunctionNode, ModuleSource};
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

/// Where all nodes begin that are looked for by their place, with what they are.
fn places(body: &[Stmt]) -> Vec<(TextSize, String)> {
    struct Places(Vec<(TextSize, String)>);
    impl<'a> SourceOrderVisitor<'a> for Places {
        fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
            let is_looked_for =
                matches!(node, AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::ExprLambda(_) | AnyNodeRef::StmtWith(_));
            if is_looked_for {
                self.0.push((node.start(), format!("{node:?}")));
            }
            TraversalSignal::Traverse
        }
    }
    let mut places = Places(Vec::new());
    body.iter().for_each(|statement| places.visit_stmt(statement));
    places.0
}

#[test]
fn a_function_alone_is_what_it_is_in_its_whole_source() {
    let sources = [
        "def f(a):\n    with b:\n        return lambda: 1\nx\n",
        "import a\n\n@b\n@c(lambda: 2)\ndef f(d=lambda: 3):\n  def g():\n    e\n  with h: pass\n  return g\n\ndef i():\n  j\n",
        "class A:\n\tk = 1\n\t@l\n\tasync def f(self):\n\t\tawait m\n\n\tdef n(self): return 4\n\n\tdef o(self):\n\t\tyield\n",
        "if a:\n    def f():\n        b\nelse:\n    def f():\n        'ä'\n        c\n",
        "with a:\n    def f():\n        b\n    def g():\n        c\nwith d:\n    e = lambda: 5\n",
        "if a:\n def f():\n  return '''\nb\n'''\ndef g():\n  c\n",
        "with a:\n  def f():\n    b\n",
    ];
    for text in sources {
        let source = ModuleSource::parse(text.as_bytes());
        let places = places(source.whole());
        assert!(places.len() > 1, "{text}");
        for (start, node) in places {
            let found = match source.function(start.to_u32()) {
                Some(FunctionNode::Def(def)) => format!("{:?}", AnyNodeRef::StmtFunctionDef(def)),
                Some(FunctionNode::Lambda(lambda)) => format!("{:?}", AnyNodeRef::ExprLambda(lambda)),
                None => source
                    .with_statement(start)
                    .map_or(String::new(), |with| format!("{:?}", AnyNodeRef::StmtWith(with))),
            };
            assert_eq!(found, node, "{text}");
        }
    }
}

#[test]
fn a_source_is_not_parsed_whole_for_one_of_its_functions() {
    let source = ModuleSource::parse(b"def f():\n    a\n\nclass A:\n    def g(self):\n        b\n");
    for start in [0, 29] {
        assert!(source.function(start).is_some());
    }
    assert!(source.bodies.is_some_and(|bodies| bodies.syntax.get().is_none()));
}
