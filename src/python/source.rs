//! The source of a module, parsed.

mod guard;
mod text;

use ruff_python_ast::find_node::covering_node;
use ruff_python_ast::{AnyNodeRef, Expr, ExprLambda, ModModule, Stmt, StmtFunctionDef, StmtWith};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::limits;
use super::value::Reason;

/// A parsed module. Shared between threads and simulated processes; parse, run and drop it on a thread with
/// [`STACK_BYTES`](limits::STACK_BYTES).
#[derive(Debug)]
pub struct ModuleSource {
    syntax: Option<ModModule>,
    unreadable: Option<Reason>,
    /// Where each line begins, in bytes.
    lines: Vec<u32>,
    bytes: usize,
}

/// What a function value names in its source.
pub(super) enum FunctionNode<'a> {
    Def(&'a StmtFunctionDef),
    Lambda(&'a ExprLambda),
}

impl ModuleSource {
    /// Parses the bytes of a `.py` file. Cookies for Latin-1 and UTF-8 are followed, a byte order mark is passed over, what is
    /// no text is replaced. Never fails: what cannot be parsed is a source that ends in [`Ending::Unknown`](super::Ending).
    pub fn parse(bytes: &[u8]) -> ModuleSource {
        let unreadable =
            |reason| ModuleSource { syntax: None, unreadable: Some(reason), lines: Vec::new(), bytes: bytes.len() };
        if bytes.len() > limits::SOURCE_BYTES {
            return unreadable(Reason::Limit);
        }
        let text = text::decode(bytes);
        if !guard::is_bounded(&text) {
            return unreadable(Reason::Limit);
        }
        let Ok(parsed) = ruff_python_parser::parse_module(&text) else { return unreadable(Reason::Syntax) };
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end as u32 + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        ModuleSource { syntax: Some(parsed.into_syntax()), unreadable: None, lines, bytes: text.len() }
    }

    /// Why it cannot be run.
    pub fn unreadable(&self) -> Option<Reason> {
        self.unreadable
    }

    /// The size of the source, in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The text at the beginning that is `__doc__`.
    pub(super) fn doc(&self) -> Option<&str> {
        let Some(Stmt::Expr(first)) = self.body().first() else { return None };
        first.value.as_string_literal_expr().map(|literal| literal.value.to_str())
    }

    pub(super) fn body(&self) -> &[Stmt] {
        self.syntax.as_ref().map_or(&[], |module| &module.body)
    }

    /// The line of a place in the source, from 1.
    pub(super) fn line(&self, at: TextSize) -> u32 {
        self.lines.partition_point(|start| *start <= at.to_u32()) as u32
    }

    /// The value of a source that is one expression, as for `eval`.
    pub(super) fn only_expression(&self) -> Option<&Expr> {
        match self.body() {
            [Stmt::Expr(statement)] => Some(&statement.value),
            _ => None,
        }
    }

    /// The `with` that begins here.
    pub(super) fn with_statement(&self, start: TextSize) -> Option<&StmtWith> {
        self.nodes_at(start)?.find_map(|node| match node {
            AnyNodeRef::StmtWith(with) if with.start() == start => Some(with),
            _ => None,
        })
    }

    /// The nodes in which a place of the source lies, the innermost first.
    fn nodes_at(&self, start: TextSize) -> Option<impl Iterator<Item = AnyNodeRef<'_>>> {
        let at = self.body().partition_point(|statement| statement.end() <= start);
        let root = AnyNodeRef::from(self.body().get(at)?);
        let range = TextRange::at(start, TextSize::new(1));
        if !root.range().contains_range(range) {
            return None;
        }
        let nodes: Vec<AnyNodeRef<'_>> = covering_node(root, range).ancestors().collect();
        Some(nodes.into_iter())
    }

    /// The `def` or `lambda` that begins here.
    pub(super) fn function(&self, start: u32) -> Option<FunctionNode<'_>> {
        let start = TextSize::new(start);
        self.nodes_at(start)?.find_map(|node| match node {
            AnyNodeRef::StmtFunctionDef(def) if def.start() == start => Some(FunctionNode::Def(def)),
            AnyNodeRef::ExprLambda(lambda) if lambda.start() == start => Some(FunctionNode::Lambda(lambda)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
