//! What is too deep to be parsed: the parser, as everything that walks a tree, goes as deep as the source.
//!
//! Depth comes from blocks and brackets in each other, and from operators, attributes, calls, and words that follow each
//! other in one expression. A comma, a colon, or the end of a statement begins a new expression; the commas and the colon of a
//! `lambda` do not.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

use crate::python::limits;

/// One bracket, or the statement itself.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Links of the expression so far.
    chain: usize,
    /// Lambdas whose colon is still to come.
    lambdas: usize,
}

/// Is it within [`limits::NESTING`] and [`limits::CHAIN`]?
pub(super) fn is_bounded(text: &str) -> bool {
    // So little text cannot be deep.
    if text.len() < limits::NESTING {
        return true;
    }
    let mut lexer = lexer::lex(text, Mode::Module);
    let (mut levels, mut chain, mut blocks) = (vec![Level::default()], 0, 0_usize);
    loop {
        let token = lexer.next_token();
        let depth = levels.len();
        let level = &mut levels[depth - 1];
        match token {
            TokenKind::EndOfFile => return true,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                level.chain += 1;
                chain += 1;
                levels.push(Level::default());
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if depth > 1 => {
                chain -= level.chain;
                levels.pop();
            }
            TokenKind::Newline => {
                levels.truncate(1);
                levels[0] = Level::default();
                chain = 0;
            }
            TokenKind::Colon if level.lambdas > 0 => level.lambdas -= 1,
            TokenKind::Comma | TokenKind::Colon | TokenKind::Semi if level.lambdas == 0 => {
                chain -= level.chain;
                level.chain = 0;
            }
            token if is_link(token) => {
                level.chain += 1;
                level.lambdas += usize::from(token == TokenKind::Lambda);
                chain += 1;
            }
            _ => {}
        }
        if chain > limits::CHAIN || levels.len() + blocks > limits::NESTING {
            return false;
        }
    }
}

/// May it make a tree one deeper?
fn is_link(token: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        token,
        T::Dot
            | T::Ellipsis
            | T::Plus
            | T::Minus
            | T::Star
            | T::DoubleStar
            | T::Slash
            | T::DoubleSlash
            | T::Percent
            | T::At
    ) || matches!(token, T::Vbar | T::Amper | T::CircumFlex | T::LeftShift | T::RightShift | T::Tilde | T::ColonEqual)
        || matches!(token, T::Less | T::Greater | T::EqEqual | T::NotEqual | T::LessEqual | T::GreaterEqual | T::Equal)
        || matches!(
            token,
            T::Not | T::Lambda | T::If | T::Else | T::Elif | T::Await | T::Yield | T::And | T::Or | T::In | T::Is
        )
        || matches!(token, T::For | T::While | T::With | T::Try | T::Def | T::Class | T::Async | T::Match | T::Case)
        || matches!(token, T::Exclamation | T::Question | T::Unknown)
}
