//! The compiled code of a module, as CPython 3.8 to 3.13 writes it into `.pyc` files and bundlers into their archives.

pub mod marshal;
mod opcode;

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashSet;

use super::names::{NamedImport, Standing};
use marshal::{Code, Value};
pub(super) use opcode::{Opcodes, Operation};

/// What a `.pyc` file begins with: its magic, flags, and what the source was.
const HEAD: usize = 16;
/// Names by which the code of a module gives it names that nobody can tell; functions that others call do so by the first two.
const NAMERS: [&str; 8] = ["globals", "setattr", "__getattr__", "locals", "vars", "exec", "eval", "__dict__"];

/// A compiled module. Shared between threads and simulated processes.
#[derive(Debug)]
pub struct CompiledModule {
    pub(super) code: Arc<Code>,
    pub(super) opcodes: &'static Opcodes,
    names: OnceLock<Names>,
}

/// What the code of a module does with names, told without following it.
#[derive(Debug)]
struct Names {
    /// What it binds by other means than an import of its own submodule; none where its code may bind any name.
    bound: Option<FxHashSet<Arc<str>>>,
    /// What its functions and classes use.
    inner: FxHashSet<Arc<str>>,
}

impl CompiledModule {
    /// Reads code as `marshal` wrote it for the Python of this magic (the first two bytes of its `.pyc` files); none where it is
    /// damaged, or of a version that is not known.
    pub fn read(code: &[u8], magic: u16) -> Option<CompiledModule> {
        let opcodes = opcode::of_magic(magic)?;
        let Value::Code(code) = marshal::read(code, opcodes.minor >= 11)? else { return None };
        Some(CompiledModule { code, opcodes, names: OnceLock::new() })
    }

    /// Reads a tuple of pieces of code.
    #[cfg(test)]
    pub fn read_all(codes: &[u8], minor: u8) -> Vec<CompiledModule> {
        let opcodes = opcode::VERSIONS.iter().find(|version| version.minor == minor).expect("a known version");
        let codes = marshal::read(codes, minor >= 11);
        let codes = codes.iter().flat_map(Value::many).filter_map(|value| match value {
            Value::Code(code) => Some(code.clone()),
            _ => None,
        });
        codes.map(|code| CompiledModule { code, opcodes, names: OnceLock::new() }).collect()
    }

    /// Reads a whole `.pyc` file.
    pub fn read_file(bytes: &[u8]) -> Option<CompiledModule> {
        let magic = u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
        CompiledModule::read(bytes.get(HEAD..)?, magic)
    }

    /// All import statements, those of functions and classes too, in the order in which they stand. Of those at the top it is
    /// not said whether a condition is around them.
    pub fn named_imports(&self) -> Vec<NamedImport> {
        let mut imports = Vec::new();
        self.each_code(&mut |code, is_module| {
            let standing = if is_module { Standing::Block } else { Standing::Function };
            imports.extend(statements(code, self.opcodes, standing));
        });
        imports
    }

    /// The import statements of functions that no handler is around; none of a Python before 3.11, whose code does not list its
    /// handlers.
    pub fn unguarded_imports(&self) -> Vec<NamedImport> {
        let mut imports = Vec::new();
        self.each_code(&mut |code, is_module| {
            if !is_module && self.opcodes.minor >= 11 && code.handlers.is_empty() {
                imports.extend(statements(code, self.opcodes, Standing::Function));
            }
        });
        imports
    }

    /// May code bind this name in the module, at any time and by other means than importing the submodule of that name?
    pub(super) fn may_bind(&self, name: &str) -> bool {
        self.names().bound.as_ref().is_none_or(|bound| bound.contains(name))
    }

    /// May functions or classes of it change what this name is bound to?
    pub(super) fn functions_use(&self, name: &str) -> bool {
        self.names().inner.contains(name)
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| self.find_names())
    }

    fn find_names(&self) -> Names {
        let (mut bound, mut inner, mut is_open) = (FxHashSet::default(), FxHashSet::default(), false);
        self.each_code(&mut |code, is_module| {
            let namers = if is_module { &NAMERS[..] } else { &NAMERS[..2] };
            is_open |= code.names.iter().any(|name| namers.contains(&&**name));
            if !is_module {
                inner.extend(code.names.iter().cloned());
            }
            let mut own_import = false;
            let mut taken = None;
            for (operation, argument) in self.opcodes.instructions(&code.instructions) {
                let name = || code.names.get(argument).cloned();
                match operation {
                    Operation::ImportName => own_import = name().is_some_and(|name| name.is_empty()),
                    Operation::ImportFrom => taken = name().filter(|_| own_import),
                    Operation::StoreName if is_module && taken.take().is_some_and(|taken| Some(taken) == name()) => {}
                    Operation::StoreName if is_module => bound.extend(name()),
                    Operation::StoreGlobal => bound.extend(name()),
                    _ => {}
                }
            }
        });
        Names { bound: (!is_open).then_some(bound), inner }
    }

    /// Visits the code of the module, and then all code in it.
    fn each_code(&self, visit: &mut dyn FnMut(&Code, bool)) {
        let mut seen = FxHashSet::default();
        let mut open = vec![self.code.clone()];
        while let Some(code) = open.pop() {
            if !seen.insert(Arc::as_ptr(&code) as usize) {
                continue;
            }
            visit(&code, seen.len() == 1);
            let inner = code.constants.iter().rev().filter_map(|constant| match constant {
                Value::Code(inner) => Some(inner.clone()),
                _ => None,
            });
            open.extend(inner);
        }
    }
}

/// The import statements of one piece of code.
fn statements(code: &Code, opcodes: &Opcodes, standing: Standing) -> Vec<NamedImport> {
    let mut before: [Option<usize>; 2] = [None, None];
    let mut imports = Vec::new();
    for (operation, argument) in opcodes.instructions(&code.instructions) {
        if operation == Operation::ImportName
            && let [level, taken] = before.map(|place| code.constants.get(place?))
            && let Some(level) = level.and_then(Value::int).and_then(|level| u32::try_from(level).ok())
            && let Some(module) = code.names.get(argument)
        {
            let taken = taken.map(Value::many).filter(|taken| !taken.is_empty());
            let taken = taken.map(|taken| taken.iter().filter_map(Value::text).map(Arc::from).collect());
            imports.push(NamedImport { level, module: module.clone(), taken, line: 0, standing, is_call: false });
        }
        if operation != Operation::Nothing {
            before = [before[1], (operation == Operation::LoadConst).then_some(argument)];
        }
    }
    imports
}
