//! Functions that bind names of modules: who calls them, and with what, may be compiled code.

use memchr::memmem;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

/// Does a text have one of the words without which nothing binds names so?
pub(super) fn may_bind(text: &str) -> bool {
    ["global", "setattr", "exec", "vars", "__dict__"]
        .iter()
        .any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Does a function in it bind names by `global`, `setattr`, `globals()[…]`, `exec`?
pub(super) fn binds_in_functions(body: &[Stmt]) -> bool {
    let mut search = Search { functions: 0, is_found: false };
    search.visit_body(body);
    search.is_found
}

struct Search {
    /// How many functions lie around.
    functions: usize,
    is_found: bool,
}

impl<'a> Visitor<'a> for Search {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            _ if self.is_found => {}
            Stmt::FunctionDef(_) => {
                self.functions += 1;
                walk_stmt(self, statement);
                self.functions -= 1;
            }
            Stmt::Global(_) if self.functions > 0 => self.is_found = true,
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if self.is_found {
            return;
        }
        if self.functions > 0 {
            self.is_found = match expression {
                Expr::Call(call) => is_named(&call.func, &["setattr", "exec"]) || is_update(&call.func),
                Expr::Subscript(subscript) if subscript.ctx.is_store() => is_names(&subscript.value),
                _ => false,
            };
        }
        walk_expr(self, expression);
    }
}

fn is_named(expression: &Expr, names: &[&str]) -> bool {
    expression.as_name_expr().is_some_and(|name| names.contains(&name.id.as_str()))
}

/// `globals()`, `vars(module)`, `module.__dict__`.
fn is_names(expression: &Expr) -> bool {
    match expression {
        Expr::Call(call) => is_named(&call.func, &["globals", "vars"]),
        Expr::Attribute(attribute) => attribute.attr.as_str() == "__dict__",
        _ => false,
    }
}

/// `globals().update`, `globals().setdefault`.
fn is_update(function: &Expr) -> bool {
    let Expr::Attribute(method) = function else { return false };
    matches!(method.attr.as_str(), "update" | "setdefault") && is_names(&method.value)
}
