//! The paths that Python code puts together, as far as its text alone tells: `os.path.join(os.path.dirname(__file__), "libs")`.
//!
//! This is no interpreter. Every value that a name is given anywhere in the source is one that it may have, conditions are
//! taken to hold, and what cannot be told is nothing: enough for the few lines by which packages lead Windows to their DLLs.

use std::collections::BTreeMap;

/// What calls on the outside a piece of code may make.
pub(super) trait Surroundings {
    /// The names in a folder.
    fn list(&self, folder: &str) -> Vec<String>;
    /// The folder of an importable package.
    fn package(&self, name: &str) -> Option<String>;
    /// `sys.prefix`.
    fn prefix(&self) -> Option<String>;
}

/// A call that was looked for, with the values of its first argument; none where they cannot be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub function: &'static str,
    /// Counted from 1.
    pub line: usize,
    pub argument: Option<Vec<String>>,
}

/// More values than any name in real code has.
const MOST_VALUES: usize = 256;
/// Deeper than any expression in real code.
const DEEPEST: usize = 40;

/// Every call of these functions in a source, in its order. `file` is the path of the source itself.
pub(super) fn calls(source: &str, file: &str, functions: &[&'static str], around: &dyn Surroundings) -> Vec<Call> {
    let lines = logical_lines(source);
    let mut code = Code { file, around, names: BTreeMap::new(), parameters: BTreeMap::new() };
    for line in &lines {
        code.define(&line.text);
    }
    // What a function is given becomes known by the lines that call it, which may stand below.
    for _ in 0..2 {
        let mut function = None;
        for line in &lines {
            code.read(line, &mut function);
        }
    }
    let mut found = Vec::new();
    for line in &lines {
        for &function in functions {
            for at in places(&line.text, function) {
                let rest = &line.text[at + function.len()..];
                let argument = Parser::new(&mut code, &rest[1..]).arguments().into_iter().next();
                let argument = argument.and_then(|value| value.texts().map(<[String]>::to_vec));
                found.push(Call { function, line: line.number, argument: argument.filter(|paths| !paths.is_empty()) });
            }
        }
    }
    found
}

/// The modules that a source names in imports outside of functions, by their dotted names: `import a.b`, `from a import b` (which
/// may be `a` alone). Conditions are taken to hold, relative imports are left out.
pub(super) fn imports(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = None;
    for line in &logical_lines(source) {
        if inside.is_some_and(|indent| line.indent > indent) {
            continue;
        }
        let text = line.text.strip_prefix("async ").unwrap_or(&line.text);
        inside = text.starts_with("def ").then_some(line.indent);
        let names = |list: &str| -> Vec<String> {
            let items = list.trim_matches(['(', ')', ' ']).split(',');
            items.filter_map(|item| item.split_whitespace().next().map(str::to_owned)).collect()
        };
        if let Some(list) = text.strip_prefix("import ") {
            found.extend(names(list));
        } else if let Some((from, list)) = text.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
            && !from.starts_with('.')
        {
            let from = from.trim();
            found.extend(names(list).into_iter().map(|name| format!("{from}.{name}")));
        }
    }
    found.retain(|name| name.chars().all(|c| matches!(c, '.' | '_') || c.is_alphanumeric()));
    found
}

/// Where a function is called, by its last name.
fn places(text: &str, function: &str) -> Vec<usize> {
    let ends = |at: usize| text[..at].ends_with(|c: char| c == '_' || c.is_alphanumeric());
    let called = format!("{function}(");
    text.match_indices(&called).map(|(at, _)| at).filter(|&at| !ends(at) && !text.starts_with("def ")).collect()
}

/// A statement on one line, without comments and indentation.
struct Line {
    number: usize,
    indent: usize,
    text: String,
}

/// Puts lines together that brackets hold together, and leaves out comments and texts that document.
fn logical_lines(source: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let (mut depth, mut long) = (0usize, None::<&str>);
    for (index, raw) in source.lines().enumerate() {
        if let Some(quotes) = long {
            if raw.contains(quotes) {
                long = None;
            }
            continue;
        }
        let start = raw.trim_start();
        let unprefixed = start.trim_start_matches(['r', 'R', 'u', 'b']);
        if let Some(quotes) = ["\"\"\"", "'''"].into_iter().find(|quotes| unprefixed.starts_with(quotes)) {
            if !unprefixed[3..].contains(quotes) {
                long = Some(quotes);
            }
            continue;
        }
        let text = without_comment(start);
        let is_continued = depth > 0 || lines.last().is_some_and(|line| line.text.ends_with('\\'));
        match lines.last_mut().filter(|_| is_continued) {
            Some(line) => {
                line.text = format!("{} {text}", line.text.trim_end_matches('\\'));
            }
            None if text.is_empty() => continue,
            None => lines.push(Line { number: index + 1, indent: raw.len() - start.len(), text: text.to_owned() }),
        }
        depth = brackets(depth, text);
    }
    lines
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return line[..at].trim_end(),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open && !line[..at].ends_with('\\') => quote = None,
            _ => {}
        }
    }
    line.trim_end()
}

fn brackets(mut depth: usize, text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for c in text.chars() {
        match (quote, c) {
            (Some(_), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open && !escaped => quote = None,
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = false;
    }
    depth
}

/// What an expression may be.
#[derive(Clone, Debug)]
enum Value {
    /// One of these texts.
    Text(Vec<String>),
    /// A list with these entries.
    List(Vec<String>),
    /// A function or module, by its dotted name.
    Named(String),
    Unknown,
}

impl Value {
    fn texts(&self) -> Option<&[String]> {
        match self {
            Value::Text(texts) | Value::List(texts) => Some(texts),
            _ => None,
        }
    }

    fn map(self, change: impl Fn(&str) -> Vec<String>) -> Value {
        match self {
            Value::Text(texts) => Value::Text(bounded(texts.iter().flat_map(|text| change(text)))),
            Value::List(texts) => Value::List(bounded(texts.iter().flat_map(|text| change(text)))),
            _ => Value::Unknown,
        }
    }
}

fn bounded(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut known = Vec::new();
    for text in texts.take(MOST_VALUES) {
        if text.len() < 4096 && !known.contains(&text) {
            known.push(text);
        }
    }
    known
}

struct Code<'a> {
    file: &'a str,
    around: &'a dyn Surroundings,
    /// Every value that a name was given; a function's results stand under its name with `()`.
    names: BTreeMap<String, Value>,
    parameters: BTreeMap<String, Vec<String>>,
}

impl Code<'_> {
    fn define(&mut self, line: &str) {
        let Some((name, rest)) = line.strip_prefix("def ").and_then(|rest| rest.split_once('(')) else { return };
        let list = rest.rsplit_once(')').map_or(rest, |(list, _)| list);
        let name_of = |item: &str| item.split([':', '=']).next().unwrap_or_default().trim().to_owned();
        self.parameters.insert(name.trim().to_owned(), list.split(',').map(name_of).collect());
    }

    /// Takes note of what a line gives to a name.
    fn read(&mut self, line: &Line, function: &mut Option<(usize, String)>) {
        let text = line.text.as_str();
        if function.as_ref().is_some_and(|(indent, _)| line.indent <= *indent) {
            *function = None;
        }
        if let Some(rest) = text.strip_prefix("def ") {
            let name = rest.split('(').next().unwrap_or_default().trim().to_owned();
            *function = Some((line.indent, name));
            return;
        }
        let given = |code: &mut Self, expression: &str| Parser::new(code, expression).expression();
        if let (Some(rest), Some((_, name))) = (text.strip_prefix("return "), function.as_ref()) {
            let value = given(self, rest);
            self.give(&format!("{name}()"), value);
        } else if let Some((name, rest)) = text.strip_prefix("for ").and_then(|rest| rest.split_once(" in ")) {
            let value = given(self, rest);
            let value = value.texts().map_or(Value::Unknown, |texts| Value::Text(texts.to_vec()));
            self.give(name.trim(), value);
        } else if let Some((name, rest)) = assignment(text) {
            let value = given(self, rest);
            self.give(name, value);
        } else {
            // A call alone tells what the function is given.
            given(self, text);
        }
        if let Some((before, rest)) = text.split_once(":=") {
            let name = before.trim_end().rsplit(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap_or_default();
            let value = given(self, rest);
            self.give(name, value);
        }
    }

    fn give(&mut self, name: &str, value: Value) {
        if value.texts().is_none() || name.is_empty() {
            return;
        }
        let value = match (self.names.remove(name), value) {
            (Some(Value::Text(known)), Value::Text(new)) => Value::Text(bounded(known.into_iter().chain(new))),
            (Some(known), new) => {
                let texts = known.texts().unwrap_or_default().iter().chain(new.texts().unwrap_or_default());
                Value::List(bounded(texts.cloned()))
            }
            (None, new) => new,
        };
        self.names.insert(name.to_owned(), value);
    }

    /// What a name stands for.
    fn named(&self, name: &str) -> Value {
        let text = |text: String| Value::Text(vec![text]);
        match name {
            "__file__" => return text(self.file.to_owned()),
            "__path__" => return Value::List(vec![dirname(self.file)]),
            _ if name.ends_with(".pardir") => return text("..".into()),
            _ if name.ends_with(".curdir") => return text(".".into()),
            _ if name.ends_with(".sep") => return text("/".into()),
            "sys.prefix" | "sys.base_prefix" | "sys.exec_prefix" | "sys.base_exec_prefix" => {
                return self.around.prefix().map_or(Value::Unknown, text);
            }
            "sys.executable" => {
                return self.around.prefix().map_or(Value::Unknown, |prefix| text(join(&prefix, "python.exe")));
            }
            _ => {}
        }
        if let Some(value) = self.names.get(name) {
            return value.clone();
        }
        for (ending, file) in [(".__path__", ""), (".__file__", "__init__.py")] {
            if let Some(folder) = name.strip_suffix(ending).and_then(|package| self.around.package(package)) {
                let path = if file.is_empty() { folder } else { join(&folder, file) };
                return Value::Text(vec![path]);
            }
        }
        Value::Named(name.to_owned())
    }

    /// An f-string with the values of its names put in; none where one of them is not known.
    fn filled_in(&self, text: &str) -> Option<Vec<String>> {
        let mut texts = vec![String::new()];
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, behind) = after.split_once('}')?;
            let Value::Text(values) = self.named(name) else { return None };
            texts =
                bounded(texts.iter().flat_map(|text| values.iter().map(move |value| format!("{text}{before}{value}"))));
            rest = behind;
        }
        texts.iter_mut().for_each(|text| text.push_str(rest));
        Some(texts)
    }

    /// What a function returns.
    fn call(&mut self, function: &str, arguments: Vec<Value>) -> Value {
        let last = function.rsplit('.').next().unwrap_or_default();
        let first = || arguments.first().cloned().unwrap_or(Value::Unknown);
        match last {
            "join" if function != "join" || !arguments.is_empty() => joined(&arguments),
            // Of the pair that it returns, the first is what is taken.
            "dirname" | "split" => first().map(|path| vec![dirname(path)]),
            // `importlib.resources.files(__name__)`
            "files" => Value::Text(vec![dirname(self.file)]),
            "abspath" | "realpath" | "normpath" | "normcase" | "fspath" | "str" | "Path" | "PurePath" | "sorted"
            | "list" | "set" | "tuple" | "reversed" | "fsdecode" | "fsencode" | "iter" | "expandvars"
            | "WindowsPath" => first(),
            "basename" => first().map(|path| vec![path.rsplit('/').next().unwrap_or_default().to_owned()]),
            "glob" | "iglob" => {
                let around = self.around;
                Value::List(first().map(|pattern| globbed(around, pattern)).texts().unwrap_or_default().to_vec())
            }
            "listdir" => {
                let around = self.around;
                Value::List(first().map(|folder| around.list(folder)).texts().unwrap_or_default().to_vec())
            }
            name if self.parameters.contains_key(name) => {
                let parameters = self.parameters[name].clone();
                for (parameter, value) in parameters.iter().zip(arguments) {
                    self.give(parameter, value);
                }
                self.names.get(&format!("{name}()")).cloned().unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        }
    }

    /// What a method of a path returns.
    fn method(&mut self, path: Value, name: &str, arguments: Vec<Value>) -> Value {
        match name {
            "resolve" | "absolute" | "as_posix" | "strip" | "rstrip" | "expanduser" | "copy" => path,
            // Of a folder, whose name has no ending.
            "with_suffix" => match (path, arguments.first()) {
                (Value::Text(paths), Some(Value::Text(endings))) => Value::Text(bounded(
                    paths.iter().flat_map(|path| endings.iter().map(move |end| format!("{path}{end}"))),
                )),
                _ => Value::Unknown,
            },
            "joinpath" => joined(&[vec![path], arguments].concat()),
            "glob" | "rglob" => {
                let around = self.around;
                let patterns = joined(&[vec![path], arguments].concat());
                Value::List(patterns.map(|pattern| globbed(around, pattern)).texts().unwrap_or_default().to_vec())
            }
            "iterdir" => {
                let around = self.around;
                let list = |folder: &str| around.list(folder).iter().map(|name| join(folder, name)).collect();
                Value::List(path.map(list).texts().unwrap_or_default().to_vec())
            }
            _ => Value::Unknown,
        }
    }
}

/// `NAME = …` and `NAME += …`.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let (before, rest) = text.split_once('=')?;
    let name = before.trim_end().trim_end_matches('+').trim_end();
    let name = name.split(':').next().unwrap_or(name).trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c == '_' || c == '.' || c.is_alphanumeric());
    (is_name && !rest.starts_with('=')).then_some((name, rest))
}

/// The parts of a path put together, in every way that their values allow.
fn joined(parts: &[Value]) -> Value {
    let mut paths = vec![String::new()];
    for part in parts {
        let Some(texts) = part.texts() else { return Value::Unknown };
        paths = bounded(paths.iter().flat_map(|path| texts.iter().map(move |text| join(path, text))));
    }
    Value::Text(paths)
}

fn join(path: &str, part: &str) -> String {
    let is_absolute = part.starts_with('/') || part.as_bytes().get(1) == Some(&b':');
    match path {
        "" => part.to_owned(),
        _ if is_absolute => part.to_owned(),
        path if path.ends_with('/') => format!("{path}{part}"),
        path => format!("{path}/{part}"),
    }
}

fn dirname(path: &str) -> String {
    path.trim_end_matches('/').rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned())
}

/// The paths that fit a pattern, of which only the last part may have a star.
fn globbed(around: &dyn Surroundings, pattern: &str) -> Vec<String> {
    let (folder, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    if folder.contains('*') {
        return Vec::new();
    }
    let pieces: Vec<&str> = name.split('*').collect();
    let fits = |name: &String| {
        let name = name.to_ascii_lowercase();
        let mut rest = name.as_str();
        pieces.iter().enumerate().all(|(index, piece)| {
            let piece = piece.to_ascii_lowercase();
            let at = if index == 0 { rest.starts_with(&piece).then_some(0) } else { rest.find(&piece) };
            let is_last = index + 1 == pieces.len();
            at.is_some_and(|at| {
                let fits = !is_last || rest.ends_with(&piece);
                rest = &rest[at + piece.len()..];
                fits
            })
        })
    };
    around.list(folder).iter().filter(|name| fits(name)).map(|name| join(folder, name)).collect()
}

/// Reads one expression; what follows it is left.
struct Parser<'c, 'a, 't> {
    code: &'c mut Code<'a>,
    rest: &'t str,
    depth: usize,
}

impl<'c, 'a, 't> Parser<'c, 'a, 't> {
    fn new(code: &'c mut Code<'a>, rest: &'t str) -> Parser<'c, 'a, 't> {
        Parser { code, rest, depth: 0 }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn eat(&mut self, c: char) -> bool {
        let is_there = self.peek() == Some(c);
        if is_there {
            self.rest = &self.rest[c.len_utf8()..];
        }
        is_there
    }

    fn expression(&mut self) -> Value {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.rest = "";
            return Value::Unknown;
        }
        let mut value = self.operand();
        loop {
            let operator = match self.peek() {
                Some(c @ ('+' | '/')) if !self.rest[1..].starts_with('=') => c,
                _ => break,
            };
            self.eat(operator);
            let right = self.operand();
            value = match (operator, value, right) {
                ('/', left, right) => joined(&[left, right]),
                (_, Value::Text(left), Value::Text(right)) => {
                    Value::Text(bounded(left.iter().flat_map(|l| right.iter().map(move |r| format!("{l}{r}")))))
                }
                (_, left, right) if matches!(left, Value::List(_)) || matches!(right, Value::List(_)) => {
                    let texts = [left.texts(), right.texts()].into_iter().flatten().flatten().cloned();
                    Value::List(bounded(texts))
                }
                _ => Value::Unknown,
            };
        }
        if let Some(rest) = self.rest.trim_start().strip_prefix("if ") {
            value = self.otherwise(rest, value);
        }
        self.depth -= 1;
        value
    }

    /// `… if … else …` is the one or the other.
    fn otherwise(&mut self, rest: &'t str, value: Value) -> Value {
        let end = rest.find([')', ']', ',']).unwrap_or(rest.len());
        let Some((_, rest)) = rest.find(" else ").map(|at| rest.split_at(at + 6)).filter(|(before, _)| {
            // Brackets of the condition itself are closed again before it.
            before.len() <= end || before.matches(['(', '[']).count() == before.matches([')', ']']).count()
        }) else {
            return value;
        };
        self.rest = rest;
        match (value, self.expression()) {
            (Value::Text(one), Value::Text(other)) => Value::Text(bounded(one.into_iter().chain(other))),
            (Value::Unknown | Value::Named(_), other) => other,
            (value, _) => value,
        }
    }

    fn operand(&mut self) -> Value {
        let mut value = match self.peek() {
            Some('(') => {
                self.eat('(');
                let items = self.arguments();
                if items.len() == 1 { items.into_iter().next().unwrap_or(Value::Unknown) } else { list(items) }
            }
            Some('[') => {
                self.eat('[');
                list(self.arguments())
            }
            Some(c) if c == '_' || c.is_alphabetic() || matches!(c, '"' | '\'') => self.word(),
            _ => return Value::Unknown,
        };
        loop {
            match self.peek() {
                Some('(') => {
                    self.eat('(');
                    let arguments = self.arguments();
                    value = match value {
                        Value::Named(name) => self.code.call(&name, arguments),
                        _ => Value::Unknown,
                    };
                }
                Some('.') => {
                    self.eat('.');
                    let name = self.identifier();
                    value = self.member(value, name);
                }
                Some('[') => {
                    self.eat('[');
                    let is_first = self.rest.trim_start().starts_with('0');
                    self.arguments();
                    value = if is_first { value } else { Value::Unknown };
                }
                _ => return value,
            }
        }
    }

    /// A text, or a dotted name.
    fn word(&mut self) -> Value {
        let prefix: String = self.rest.chars().take_while(char::is_ascii_alphabetic).collect();
        let after = &self.rest[prefix.len()..];
        if after.starts_with(['"', '\'']) && prefix.len() < 3 {
            self.rest = after;
            let mut text = self.text(prefix.contains(['r', 'R']));
            // Texts side by side are one.
            while let (Some(more), Some('"' | '\'')) = (text.as_ref(), self.peek()) {
                let more = more.clone();
                text = self.text(false).map(|next| more + &next);
            }
            let texts = match text {
                Some(text) if prefix.contains(['f', 'F']) => self.code.filled_in(&text),
                text => text.map(|text| vec![text]),
            };
            return texts.map_or(Value::Unknown, Value::Text);
        }
        let name = self.identifier();
        self.code.named(name)
    }

    fn member(&mut self, value: Value, name: &str) -> Value {
        match value {
            Value::Named(module) => self.code.named(&format!("{module}.{name}")),
            Value::Text(_) | Value::List(_) if self.peek() == Some('(') => {
                self.eat('(');
                let arguments = self.arguments();
                self.code.method(value, name, arguments)
            }
            value @ Value::Text(_) if name == "parent" => value.map(|path| vec![dirname(path)]),
            _ => Value::Unknown,
        }
    }

    fn identifier(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name
    }

    /// A text up to its closing quote, with the separators of a path as `/`.
    fn text(&mut self, is_raw: bool) -> Option<String> {
        let quote = self.peek()?;
        let mut chars = self.rest.char_indices().skip(1);
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.rest = &self.rest[at + c.len_utf8()..];
                    return Some(text);
                }
                '\\' if !is_raw => {
                    let (_, escaped) = chars.next()?;
                    text.push(if escaped == '\\' { '/' } else { escaped });
                }
                '\\' => text.push('/'),
                c => text.push(c),
            }
        }
        self.rest = "";
        None
    }

    /// What stands between brackets, up to the closing one.
    fn arguments(&mut self) -> Vec<Value> {
        let mut values = Vec::new();
        while let Some(c) = self.peek() {
            if matches!(c, ')' | ']' | '}') {
                self.eat(c);
                break;
            }
            let before = self.rest.len();
            let value = self.expression();
            values.push(value);
            self.skip_to_end();
            if !self.eat(',') && self.rest.len() == before {
                self.rest = self.rest.get(1..).unwrap_or_default();
            }
        }
        values
    }

    /// Leaves out whatever else stands before the next comma or the closing bracket.
    fn skip_to_end(&mut self) {
        let (mut depth, mut quote) = (0usize, None);
        for (at, c) in self.rest.char_indices() {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if c == open => quote = None,
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') if depth > 0 => depth -= 1,
                (None, ')' | ']' | '}' | ',') if depth == 0 => {
                    self.rest = &self.rest[at..];
                    return;
                }
                _ => {}
            }
        }
        self.rest = "";
    }
}

fn list(items: Vec<Value>) -> Value {
    Value::List(bounded(items.iter().filter_map(Value::texts).flatten().cloned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Surroundings, calls};

    struct Around;

    impl Surroundings for Around {
        fn list(&self, folder: &str) -> Vec<String> {
            let names: &[&str] = if folder == "/s/p/.libs" { &["libopenblas.dll", "b.dll", "a.txt"] } else { &[] };
            names.iter().map(|name| (*name).to_owned()).collect()
        }

        fn package(&self, name: &str) -> Option<String> {
            (name == "q").then(|| "/s/q".to_owned())
        }

        fn prefix(&self) -> Option<String> {
            Some("/py".into())
        }
    }

    /// What the calls of `add` in a source are given, with `?` for what cannot be told.
    fn given(source: &str) -> Vec<String> {
        let calls = calls(source, "/s/p/__init__.py", &["add"], &Around);
        calls.into_iter().map(|call| call.argument.map_or("?".into(), |paths| paths.join(" "))).collect()
    }

    #[test]
    fn paths_are_put_together_as_python_would() {
        for (code, path) in [
            ("add(os.path.join(os.path.dirname(__file__), 'libs'))", "/s/p/libs"),
            ("add(op.abspath(op.join(op.dirname(op.abspath(__file__)), op.pardir, 'p.libs')))", "/s/p/../p.libs"),
            ("add(str(Path(__file__).resolve().parent / 'a' / \"b\"))", "/s/p/a/b"),
            ("add(Path(__file__).parent.joinpath('a'))", "/s/p/a"),
            ("add(os.path.dirname(__file__) + '\\\\Qt6\\\\bin')", "/s/p/Qt6/bin"),
            ("add(os.path.dirname(__file__) + r'\\Qt6')", "/s/p/Qt6"),
            ("add(os.path.split(__file__)[0])", "/s/p"),
            ("add(Path(__file__).parent.with_suffix('.libs'))", "/s/p.libs"),
            ("add(os.path.join(sys.prefix, 'Library', 'bin'))", "/py/Library/bin"),
            ("add(os.path.dirname(q.__file__))", "/s/q"),
            ("add(f'{os}/a')", "?"),
            ("add(os.environ['X'])", "?"),
            ("add(unknown)", "?"),
        ] {
            assert_eq!(given(code), [path], "{code}");
        }
    }

    #[test]
    fn names_have_every_value_that_they_are_given() {
        let source = "
def _patch():
    if os.path.isdir(libs_dir := os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, 'p.libs'))):
        add(libs_dir)
here = os.path.dirname(__file__)
if x:
    d = os.path.join(here, 'a')
else:
    d = os.path.join(
        here,  # a comment, with (brackets
        'b',
    )
add(d)
for e in [here] + d + unknown:
    add(e)
name = 'x' if here else 'y'
add(here + f'/lib{name}.dll')
";
        assert_eq!(
            given(source),
            ["/s/p/../p.libs", "/s/p/a /s/p/b", "/s/p /s/p/a /s/p/b", "/s/p/libx.dll /s/p/liby.dll"]
        );
    }

    #[test]
    fn functions_of_the_source_return_what_they_return() {
        let source = "
def folders(package_dir):
    root = Path(package_dir).parent
    shiboken = root / 'shiboken6'
    return [shiboken]

def setup():
    for folder in folders(Path(__file__).parent.resolve()):
        add(os.fspath(folder))
";
        assert_eq!(given(source), ["/s/shiboken6"]);
    }

    #[test]
    fn patterns_stand_for_the_files_that_fit() {
        let source = "libs = os.path.join(os.path.dirname(__file__), '.libs')
for name in glob.glob(os.path.join(libs, '*openblas*dll')):
    add(os.path.abspath(name))
";
        assert_eq!(given(source), ["/s/p/.libs/libopenblas.dll"]);
    }

    #[test]
    fn comments_and_documentation_are_no_code() {
        assert!(given("# add('/a')\n'''\nadd('/b')\n'''\nnoadd('/c')\ndef add(x): pass\n").is_empty());
    }

    #[test]
    fn endless_expressions_come_to_an_end() {
        given(&format!("add({}", "(".repeat(100_000)));
        given(&format!("a = b\n{}add(a)", "a = a + a + a + 'x'\n".repeat(200)));
        given("def f(x):\n    return f(x + 'a')\nadd(f('b'))");
        given(&format!("add({})", "f'{a}'".repeat(10_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_can_be_read(source in "(add|for |in |def |return |if | else |[a-cä(),.\\[\\]'\"=:+/\\\\ \n{}f])*") {
            given(&source);
        }
    }
}
