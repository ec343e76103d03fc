//! The source of a module, parsed.

mod binder;
mod guard;
mod outline;
mod text;

use std::ops::Range;
use std::sync::OnceLock;

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use ruff_python_ast::{AnyNodeRef, Expr, ExprLambda, ModModule, Stmt, StmtFunctionDef, StmtWith};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextSize};

use super::limits;
use super::value::Reason;

/// A parsed module. Shared between threads and simulated processes; parse, run and drop it on a thread with
/// [`STACK_BYTES`](limits::STACK_BYTES). The bodies of functions are parsed when one is called.
#[derive(Debug)]
pub struct ModuleSource {
    /// Without what is in [`Bodies`].
    syntax: Option<ModModule>,
    /// None where nothing was left out.
    bodies: Option<Bodies>,
    unreadable: Option<Reason>,
    /// Where each line begins, in bytes.
    lines: Vec<u32>,
    bytes: usize,
    /// Is there a function that binds names of a module? Looked for when it is first asked.
    binds_in_functions: OnceLock<bool>,
}

/// The bodies of functions, until one is called.
#[derive(Debug)]
struct Bodies {
    /// In order; none lies in another.
    places: Vec<LeftOut>,
    /// The whole source.
    text: String,
    /// All of it, parsed; none where it is no Python.
    syntax: OnceLock<Option<ModModule>>,
}

/// The body of a function.
#[derive(Debug)]
struct LeftOut {
    place: Range<u32>,
    /// The function alone, parsed, where it stands in the source; none where that is no Python.
    function: OnceLock<Option<ModModule>>,
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
        let unreadable = |reason| ModuleSource {
            syntax: None,
            bodies: None,
            unreadable: Some(reason),
            lines: Vec::new(),
            bytes: bytes.len(),
            binds_in_functions: OnceLock::new(),
        };
        if bytes.len() > limits::SOURCE_BYTES {
            return unreadable(Reason::Limit);
        }
        let text = text::decode(bytes);
        let outline = outline::outline(&text).and_then(|outline| Some((parsed(&outline.text).ok()?, outline.bodies)));
        let (syntax, places) = match outline {
            Some(outline) => outline,
            None => match parsed(&text) {
                Ok(syntax) => (syntax, Vec::new()),
                Err(reason) => return unreadable(reason),
            },
        };
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end as u32 + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        ModuleSource {
            syntax: Some(syntax),
            unreadable: None,
            lines,
            bytes: text.len(),
            bodies: (!places.is_empty()).then(|| Bodies::new(places, text.into_owned())),
            binds_in_functions: OnceLock::new(),
        }
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

    /// Is there a function in it that binds names of a module, this one or another, by `global`, `setattr`, `globals()`?
    pub(super) fn binds_in_functions(&self) -> bool {
        *self.binds_in_functions.get_or_init(|| {
            let may_bind = self.bodies.as_ref().is_none_or(|bodies| binder::may_bind(&bodies.text));
            may_bind && binder::binds_in_functions(self.whole())
        })
    }

    /// All statements, with the bodies of all functions; none where these are no Python.
    fn whole(&self) -> &[Stmt] {
        let Some(bodies) = &self.bodies else { return self.body() };
        let syntax = bodies.syntax.get_or_init(|| parsed(&bodies.text).ok());
        syntax.as_ref().map_or(&[], |module| &module.body)
    }

    /// The statements that run with the module; bodies of functions may be left out.
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
        match self.node_at(start, |node| matches!(node, AnyNodeRef::StmtWith(_)))? {
            AnyNodeRef::StmtWith(with) => Some(with),
            _ => None,
        }
    }

    /// The `def` or `lambda` that begins here.
    pub(super) fn function(&self, start: u32) -> Option<FunctionNode<'_>> {
        let is_function =
            |node: AnyNodeRef<'_>| matches!(node, AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::ExprLambda(_));
        match self.node_at(TextSize::new(start), is_function)? {
            AnyNodeRef::StmtFunctionDef(def) => Some(FunctionNode::Def(def)),
            AnyNodeRef::ExprLambda(lambda) => Some(FunctionNode::Lambda(lambda)),
            _ => None,
        }
    }

    /// The node of a kind that begins at a place, nothing left out of it.
    fn node_at(&self, start: TextSize, is_wanted: fn(AnyNodeRef<'_>) -> bool) -> Option<AnyNodeRef<'_>> {
        let found = node_in(self.body(), start, is_wanted);
        let Some(bodies) = &self.bodies else { return found };
        let behind = &bodies.places[bodies.places.partition_point(|body| body.place.end <= start.to_u32())..];
        let is_left_out = |body: &LeftOut| match found {
            Some(node) => node.range().contains(TextSize::new(body.place.start)),
            None => body.place.contains(&start.to_u32()),
        };
        let whole = || node_in(self.whole(), start, is_wanted);
        match behind.iter().take_while(|body| is_left_out(body)).count() {
            0 => found,
            1 => match self.function_of(&behind[0]) {
                Some(function) => node_in(function, start, is_wanted).or_else(whole),
                None => whole(),
            },
            _ => whole(),
        }
    }

    /// The function that a body is of, as the only one of its source: most functions of a module are never called. None where
    /// it cannot stand alone.
    fn function_of<'a>(&'a self, body: &'a LeftOut) -> Option<&'a [Stmt]> {
        let text = &self.bodies.as_ref()?.text;
        let function = body.function.get_or_init(|| {
            let start = function_around(self.body(), TextSize::new(body.place.start))?.to_usize();
            parsed(&alone(text, start..body.place.end as usize)?).ok()
        });
        function.as_ref().map(|module| &*module.body)
    }
}

impl Bodies {
    fn new(places: Vec<Range<u32>>, text: String) -> Bodies {
        let places = places.into_iter().map(|place| LeftOut { place, function: OnceLock::new() }).collect();
        Bodies { places, text, syntax: OnceLock::new() }
    }
}

/// A statement without what stands around it, at the same place: behind blanks, or as the block of a condition where it is indented.
fn alone(text: &str, statement: Range<usize>) -> Option<String> {
    const HEADER: &[u8] = b"if 1:";
    let begin = text[..statement.start].rfind('\n').map_or(0, |end| end + 1);
    let mut alone = vec![b' '; begin];
    if let Some(end) = alone.last_mut() {
        *end = b'\n';
    }
    if begin < statement.start {
        alone.get_mut(..HEADER.len()).filter(|_| begin > HEADER.len())?.copy_from_slice(HEADER);
    }
    alone.extend_from_slice(&text.as_bytes()[begin..statement.end]);
    String::from_utf8(alone).ok()
}

/// The syntax of a source that is within the limits.
fn parsed(text: &str) -> Result<ModModule, Reason> {
    if !guard::is_bounded(text) {
        return Err(Reason::Limit);
    }
    ruff_python_parser::parse_module(text).map(Parsed::into_syntax).map_err(|_| Reason::Syntax)
}

/// Goes down from the statement in which the place lies.
fn node_in(body: &[Stmt], start: TextSize, is_wanted: fn(AnyNodeRef<'_>) -> bool) -> Option<AnyNodeRef<'_>> {
    let at = body.partition_point(|statement| statement.end() <= start);
    let mut search = Search { start, is_wanted, found: None };
    search.visit_stmt(body.get(at)?);
    search.found
}

/// Where the innermost function begins that a place lies in.
fn function_around(body: &[Stmt], place: TextSize) -> Option<TextSize> {
    let at = body.partition_point(|statement| statement.end() <= place);
    let mut around = Around { place, found: None };
    around.visit_stmt(body.get(at)?);
    around.found
}

/// Looks for the function around a place.
struct Around {
    place: TextSize,
    found: Option<TextSize>,
}

impl<'a> SourceOrderVisitor<'a> for Around {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        if !node.range().contains(self.place) {
            return TraversalSignal::Skip;
        }
        if let AnyNodeRef::StmtFunctionDef(def) = node {
            self.found = Some(def.start());
        }
        TraversalSignal::Traverse
    }
}

/// Looks for a node by where it begins.
struct Search<'a> {
    start: TextSize,
    is_wanted: fn(AnyNodeRef<'_>) -> bool,
    found: Option<AnyNodeRef<'a>>,
}

impl<'a> SourceOrderVisitor<'a> for Search<'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        if self.found.is_some() || !node.range().contains(self.start) {
            return TraversalSignal::Skip;
        }
        if node.start() == self.start && (self.is_wanted)(node) {
            self.found = Some(node);
            return TraversalSignal::Skip;
        }
        TraversalSignal::Traverse
    }
}

#[cfg(test)]
mod tests;
