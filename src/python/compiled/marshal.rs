//! What Python's `marshal` writes: tables of contents, and compiled code (`Python/marshal.c` of 3.8 to 3.14).

use std::sync::Arc;

/// Values within values within values: code within code goes no deeper.
const DEEPEST: usize = 64;
/// More values than any module has: each takes a byte of the file at least, and many times that in memory.
const MOST_VALUES: usize = 4_000_000;

/// A value, as far as anybody here asks for it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Int(i64),
    Bool(bool),
    None,
    /// A tuple, a list or a set; of a dictionary keys and values in turn.
    Many(Arc<[Value]>),
    Code(Arc<Code>),
    Other,
}

impl Value {
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number; what is true is 1.
    pub fn int(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            Value::Bool(bit) => Some(i64::from(*bit)),
            _ => None,
        }
    }

    pub fn many(&self) -> &[Value] {
        match self {
            Value::Many(values) => values,
            _ => &[],
        }
    }
}

/// A code object.
#[derive(Debug)]
pub(crate) struct Code {
    pub instructions: Arc<[u8]>,
    pub constants: Arc<[Value]>,
    pub names: Vec<Arc<str>>,
    /// Its local variables, the parameters first; since Python 3.11 also those that it shares with other functions.
    pub variables: Vec<Arc<str>>,
    /// Parameters that take an argument by its position.
    pub positional: usize,
    /// `co_flags`.
    pub flags: usize,
    /// Which instructions are guarded by which handler; empty before Python 3.11, where instructions say so.
    pub handlers: Arc<[u8]>,
}

/// Reads one value; none where it is cut off or makes no sense. `is_new` is since Python 3.11, whose code objects have
/// other parts.
pub(crate) fn read(bytes: &[u8], is_new: bool) -> Option<Value> {
    Marshal { rest: bytes, refs: Vec::new(), left: MOST_VALUES, is_new }.value(0)
}

struct Marshal<'a> {
    rest: &'a [u8],
    /// What was marked to be referred to later.
    refs: Vec<Value>,
    /// How many values may still come.
    left: usize,
    is_new: bool,
}

impl Marshal<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<usize> {
        Some(self.take(1)?[0].into())
    }

    fn word(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn skip(&mut self, count: usize) -> Option<Value> {
        self.take(count).map(|_| Value::Other)
    }

    fn text(&mut self, len: usize) -> Option<Value> {
        Some(Value::Text(String::from_utf8_lossy(self.take(len)?).into()))
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let kind = self.byte()? as u8;
        let slot = (kind & 0x80 != 0).then(|| {
            self.refs.push(Value::Other);
            self.refs.len() - 1
        });
        let value = match kind & 0x7f {
            b'z' | b'Z' => {
                let len = self.byte()?;
                self.text(len)?
            }
            b'a' | b'A' | b'u' | b't' => {
                let len = self.word()?;
                self.text(len)?
            }
            b's' => {
                let len = self.word()?;
                Value::Bytes(self.take(len)?.into())
            }
            b'i' => Value::Int((self.word()? as u32 as i32).into()),
            b'T' => Value::Bool(true),
            b'F' => Value::Bool(false),
            b'N' => Value::None,
            b'I' | b'g' => self.skip(8)?,
            b'y' => self.skip(16)?,
            b'f' => {
                let len = self.byte()?;
                self.skip(len)?
            }
            b'x' => {
                for _ in 0..2 {
                    let len = self.byte()?;
                    self.skip(len)?;
                }
                Value::Other
            }
            b'l' => {
                let digits = self.word()? as u32 as i32;
                self.skip(usize::try_from(digits.unsigned_abs()).ok()?.checked_mul(2)?)?
            }
            b'S' | b'.' => Value::Other,
            b'r' => {
                let at = self.word()?;
                self.refs.get(at)?.clone()
            }
            b')' => {
                let count = self.byte()?;
                self.many(count, depth)?
            }
            b'(' | b'[' | b'<' | b'>' => {
                let count = self.word()?;
                self.many(count, depth)?
            }
            b':' => self.many(3, depth)?,
            b'{' => self.pairs(depth)?,
            b'c' => self.code(depth)?,
            _ => return None,
        };
        if let Some(slot) = slot {
            self.refs[slot] = value.clone();
        }
        Some(value)
    }

    fn many(&mut self, count: usize, depth: usize) -> Option<Value> {
        // Every value takes a byte at least: a count beyond that is a lie.
        if count > self.rest.len() {
            return None;
        }
        (0..count).map(|_| self.value(depth + 1)).collect::<Option<_>>().map(Value::Many)
    }

    /// A dictionary, up to its end mark.
    fn pairs(&mut self, depth: usize) -> Option<Value> {
        let mut pairs = Vec::new();
        while self.rest.first()? & 0x7f != b'0' {
            pairs.push(self.value(depth + 1)?);
            pairs.push(self.value(depth + 1)?);
        }
        self.take(1)?;
        Some(Value::Many(pairs.into()))
    }

    /// A code object (`PyCode_Type` in `r_object`): numbers, then values, then the first line, and tables.
    fn code(&mut self, depth: usize) -> Option<Value> {
        let positional = self.word()?;
        // Those of them that have no name to callers, and those that are given by name; locals, before 3.11; depth of the stack.
        self.take(4 * if self.is_new { 3 } else { 4 })?;
        let flags = self.word()?;
        let mut value = || self.value(depth + 1);
        let (instructions, constants, names, variables) = (value()?, value()?, value()?, value()?);
        // Free and cell variables, or the kinds of all; file; name of the code itself.
        for _ in 0..4 {
            value()?;
        }
        let is_new = self.is_new;
        let mut handlers = Value::Bytes([].into());
        if is_new {
            // The name that tells where the code stands, too, was not there before.
            self.word()?;
            self.value(depth + 1)?;
            handlers = self.value(depth + 1)?;
        } else {
            self.word()?;
            self.value(depth + 1)?;
        }
        let (Value::Bytes(instructions), Value::Many(constants), Value::Bytes(handlers)) =
            (instructions, constants, handlers)
        else {
            return None;
        };
        let texts = |value: &Value| value.many().iter().filter_map(|name| name.text().map(Arc::from)).collect();
        let (names, variables) = (texts(&names), texts(&variables));
        Some(Value::Code(Arc::new(Code { instructions, constants, names, variables, positional, flags, handlers })))
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_VALUES, Value, read};

    #[test]
    fn a_file_of_nothing_but_values_is_given_up_before_it_fills_the_memory() {
        let many = |count: usize| {
            [&b"("[..], &u32::try_from(count).expect("32 bits").to_le_bytes(), &vec![b'N'; count]].concat()
        };
        assert!(matches!(read(&many(1000), true), Some(Value::Many(values)) if values.len() == 1000));
        assert!(read(&many(MOST_VALUES), true).is_none());
    }
}
