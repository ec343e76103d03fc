//! What the compiled code of a module certainly imports: the statements without which it cannot come to its end.
//!
//! An import is certain where no way through the code leads around it: take it away, keep what its failure leads to, and the
//! end is out of reach. So conditions, loops and functions may hide it, and so may a handler; one that raises again hides
//! nothing. Nothing is run.
//!
//! The numbers of the instructions are those of CPython 3.8 to 3.13, as their own `opcode` module tells them; code of other
//! versions tells nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::python::marshal::{self, Code, Value};

/// A statement that a module certainly runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// How many packages up it begins; 0 for an absolute name.
    pub level: usize,
    /// As it is written; empty in `from . import a`.
    pub module: String,
    /// What is taken out of it.
    pub names: Vec<String>,
}

/// What the code of a module tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In the order in which they stand.
    pub imports: Vec<Import>,
    /// Every name that its code uses, that of its functions and classes too.
    pub names: BTreeSet<String>,
    /// Every text in it but the names that it imports: what `__all__` says is among them.
    pub texts: BTreeSet<String>,
    /// What it imports with a star, certainly or not.
    pub stars: Vec<Import>,
    /// Does it put modules in place that no file is looked for (`sys.modules`, `sys.meta_path`)?
    pub puts_in_place: bool,
    /// Does it change where the modules of its package are looked for?
    pub moves_path: bool,
}

/// Reads the code of a module, as `marshal` wrote it for the Python of this magic; none where it is damaged, or of a version
/// that is not known.
pub(super) fn read(bytes: &[u8], python: u16) -> Option<Told> {
    let version = VERSIONS.iter().find(|version| version.magic == python)?;
    let Value::Code(code) = marshal::read(bytes, version.minor >= 11)? else { return None };
    let flow = Flow::of(&code, version);
    let mut told = Told::default();
    let ends = flow.reaches_end(None);
    let most = MOST_STEPS / flow.next.len().max(1);
    for (number, (at, import)) in flow.imports(&code).enumerate() {
        if import.names.iter().any(|name| name == "*") {
            told.stars.push(import.clone());
        }
        if number < most && ends && !flow.reaches_end(Some(at)) {
            told.imports.push(import);
        }
    }
    told.gather(&code, &flow, version, &mut FxHashSet::default());
    Some(told)
}

/// Steps that are taken at most to tell which imports of one module are certain: of those that are too many nothing is claimed.
const MOST_STEPS: usize = 100_000_000;

impl Told {
    /// May this code have modules of its package found elsewhere, or put one of this name in place? The name stands in it then,
    /// or a part of a longer one.
    pub fn may_have(&self, name: &str) -> bool {
        self.moves_path || self.puts_in_place && self.texts.iter().any(|text| text.contains(name))
    }

    /// `seen` is what was met: `marshal` may refer to one value any number of times, from within others that it refers to.
    fn gather(&mut self, code: &Code, flow: &Flow, version: &Version, seen: &mut FxHashSet<usize>) {
        self.names.extend(code.names.iter().map(ToString::to_string));
        self.puts_in_place |= puts_in_place(code, version);
        self.moves_path |= moves_path(code, version);
        let taken: BTreeSet<usize> = flow.imports.iter().filter_map(|import| import.names).collect();
        for (index, constant) in code.constants.iter().enumerate() {
            match constant {
                Value::Code(inner) if seen.insert(Arc::as_ptr(inner) as usize) => {
                    self.gather(inner, &Flow::of(inner, version), version, seen);
                }
                Value::Code(_) => {}
                constant if !taken.contains(&index) => self.text(constant, seen),
                _ => {}
            }
        }
    }

    fn text(&mut self, constant: &Value, seen: &mut FxHashSet<usize>) {
        self.texts.extend(constant.text().map(str::to_owned));
        let inner = constant.many();
        if !inner.is_empty() && seen.insert(inner.as_ptr() as usize) {
            inner.iter().for_each(|inner| self.text(inner, seen));
        }
    }
}

/// Does a piece of code put something into `sys.modules` or `sys.meta_path`?
fn puts_in_place(code: &Code, version: &Version) -> bool {
    let has = |names: &[&str]| code.names.iter().any(|name| names.contains(&&**name));
    let stores = || code.instructions.chunks_exact(2).any(|unit| unit[0] == version.store_subscr);
    has(&["meta_path", "path_hooks"])
        || has(&["modules"]) && (stores() || has(&["setdefault", "update", "__setitem__"]))
}

/// Does a piece of code change where the modules of its package are looked for? `__path__ = …`, `__path__.append(…)`.
fn moves_path(code: &Code, version: &Version) -> bool {
    let is_called =
        |argument: usize, names: &[&str]| code.names.get(argument).is_some_and(|name| names.contains(&&**name));
    let units = || code.instructions.chunks_exact(2).filter(|unit| unit[0] != CACHE);
    let is_stored = units().any(|unit| unit[0] == version.store_name && is_called(unit[1].into(), &["__path__"]));
    // Since 3.12 the name of an attribute is told by the upper bits.
    let is_change = |(first, then): (&[u8], &[u8])| {
        let attribute = usize::from(then[1]) >> usize::from(version.minor >= 12);
        first[0] == version.load_name
            && is_called(first[1].into(), &["__path__"])
            && is_called(attribute, &["append", "insert", "extend"])
    };
    is_stored || code.names.iter().any(|name| &**name == "extend_path") || units().zip(units().skip(1)).any(is_change)
}

/// What instructions are called in a version of CPython.
struct Version {
    /// The first two bytes of its `.pyc` files.
    magic: u16,
    minor: u8,
    load_const: u8,
    import_name: u8,
    extended: u8,
    load_name: u8,
    store_name: u8,
    store_subscr: u8,
    /// What makes a truth of a value before a branch, and the branch that is taken where it is false.
    to_bool: Option<u8>,
    if_false: u8,
    /// What ends the code well.
    returns: &'static [u8],
    /// What ends it with an exception.
    raises: &'static [u8],
    /// Those that always go elsewhere.
    jumps: &'static [Jump],
    /// Those that may go elsewhere, handlers among them.
    branches: &'static [Jump],
}

#[derive(Clone, Copy)]
struct Jump {
    code: u8,
    to: To,
}

#[derive(Clone, Copy)]
enum To {
    /// A place in the code.
    Place,
    Forward,
    Backward,
    /// As `Forward`, counted from behind the cache that follows (one unit).
    ForwardCached,
    BackwardCached,
}

macro_rules! jumps {
    ($($to:ident $($code:literal)+),* $(,)?) => { &[$($(Jump { code: $code, to: To::$to }),+),*] };
}

/// What Pythons before 3.13 have in common.
const OLDER: Version = Version {
    magic: 0,
    minor: 0,
    load_const: 100,
    import_name: 108,
    extended: 144,
    load_name: 101,
    store_name: 90,
    store_subscr: 60,
    to_bool: None,
    if_false: 114,
    returns: &[83],
    raises: &[130],
    jumps: jumps![Forward 110, Place 113],
    branches: &[],
};

static VERSIONS: [Version; 6] = [
    Version {
        magic: 3413,
        minor: 8,
        // END_FINALLY (88) raises again or goes on: taken to go on, which claims less.
        branches: jumps![Forward 93 122 143 154 162, Place 111 112 114 115],
        ..OLDER
    },
    Version {
        magic: 3425,
        minor: 9,
        raises: &[130, 48],
        branches: jumps![Forward 93 122 143 154, Place 111 112 114 115 121],
        ..OLDER
    },
    Version {
        magic: 3439,
        minor: 10,
        raises: &[130, 119],
        branches: jumps![Forward 93 122 143 154, Place 111 112 114 115 121],
        ..OLDER
    },
    Version {
        magic: 3495,
        minor: 11,
        raises: &[130, 119],
        jumps: jumps![Forward 110, Backward 134 140],
        branches: jumps![Forward 93 111 112 114 115 123 128 129, Backward 173 174 175 176],
        ..OLDER
    },
    Version {
        magic: 3531,
        minor: 12,
        returns: &[83, 121],
        raises: &[130, 119],
        jumps: jumps![Forward 110, Backward 134 140],
        branches: jumps![ForwardCached 93 123, Forward 114 115 128 129],
        ..OLDER
    },
    Version {
        magic: 3571,
        minor: 13,
        load_const: 83,
        import_name: 75,
        extended: 71,
        load_name: 92,
        store_name: 114,
        store_subscr: 39,
        to_bool: Some(40),
        if_false: 97,
        returns: &[36, 103],
        raises: &[101, 102],
        jumps: jumps![Forward 79, Backward 78, BackwardCached 77],
        branches: jumps![ForwardCached 72 97 98 99 100 104],
    },
];

/// What stands behind an instruction for its cache, since Python 3.11.
const CACHE: u8 = 0;

/// `__NUMPY_SETUP__`, `_ASTROPY_SETUP_`: true while the package itself is being built, and never in a bundle.
fn is_setup_mark(name: &str) -> bool {
    name.starts_with('_') && name.trim_end_matches('_').ends_with("_SETUP")
}

/// One import statement: where it stands, and the places of its parts among the constants and names.
struct Statement {
    at: usize,
    level: Option<usize>,
    names: Option<usize>,
    module: usize,
}

/// The ways through a piece of code: instructions are counted, and where each may lead is kept.
struct Flow {
    /// Where each leads when it does what it should.
    next: Vec<Vec<usize>>,
    /// The handlers that its failure leads to.
    fails: Vec<Vec<usize>>,
    is_end: Vec<bool>,
    imports: Vec<Statement>,
}

impl Flow {
    fn of(code: &Code, version: &Version) -> Flow {
        let names = &code.names;
        let units: Vec<&[u8]> = code.instructions.chunks_exact(2).collect();
        let count = units.len();
        let mut flow = Flow {
            next: vec![Vec::new(); count],
            fails: vec![Vec::new(); count],
            is_end: vec![false; count],
            imports: Vec::new(),
        };
        // Before 3.10 places are counted in bytes.
        let scale = if version.minor < 10 { 2 } else { 1 };
        let mut extended = 0usize;
        let mut before: [Option<usize>; 2] = [None, None];
        let mut is_setup = false;
        for (at, unit) in units.iter().enumerate() {
            let (code, argument) = (unit[0], extended << 8 | usize::from(unit[1]));
            extended = if code == version.extended { argument } else { 0 };
            let target = |jump: &Jump| {
                let distance = argument / scale;
                match jump.to {
                    To::Place => Some(distance),
                    To::Forward => (at + 1).checked_add(distance),
                    To::Backward => (at + 1).checked_sub(distance),
                    To::ForwardCached => (at + 2).checked_add(distance),
                    To::BackwardCached => (at + 2).checked_sub(distance),
                }
            };
            let find = |jumps: &[Jump]| jumps.iter().find(|jump| jump.code == code).map(target);
            flow.is_end[at] = version.returns.contains(&code);
            let mut next = Vec::new();
            if let Some(jump) =
                find(version.jumps).or_else(|| find(version.branches).filter(|_| is_setup && code == version.if_false))
            {
                next.extend(jump);
            } else if !flow.is_end[at] && !version.raises.contains(&code) {
                next.push(at + 1);
                next.extend(find(version.branches).flatten());
            }
            next.retain(|&next| next < count);
            flow.next[at] = next;
            if code == version.import_name {
                flow.imports.push(Statement { at, level: before[0], names: before[1], module: argument });
            }
            if code == version.load_name {
                is_setup = names.get(argument).is_some_and(|name| is_setup_mark(name));
            } else if code != version.extended && code != CACHE && Some(code) != version.to_bool {
                is_setup = false;
            }
            if code != version.extended {
                before = [before[1], (code == version.load_const).then_some(argument)];
            }
        }
        flow.guard(&code.handlers);
        flow
    }

    /// Reads the table of handlers (`InternalDocs/exception_handling.md`): start, length, target, depth, each in pieces of six
    /// bits of which the first of an entry is marked.
    fn guard(&mut self, table: &[u8]) {
        let mut rest = table.iter().copied().peekable();
        let mut number = || {
            let mut byte = rest.next()?;
            let mut value = usize::from(byte & 0x3f);
            while byte & 0x40 != 0 {
                byte = rest.next()?;
                value = value.checked_mul(64)? | usize::from(byte & 0x3f);
            }
            Some(value)
        };
        let mut covered = 0;
        while let (Some(start), Some(length), Some(target), Some(_)) = (number(), number(), number(), number()) {
            // An instruction has one handler, and the table is in order: what is not is damaged.
            if start < covered {
                return;
            }
            covered = start.saturating_add(length);
            for at in start..covered.min(self.fails.len()) {
                if target < self.next.len() {
                    self.fails[at].push(target);
                }
            }
        }
    }

    /// The import statements that can be read, with the place of each.
    fn imports<'a>(&'a self, code: &'a Code) -> impl Iterator<Item = (usize, Import)> + 'a {
        let constant = |index: Option<usize>| index.and_then(|index| code.constants.get(index));
        self.imports.iter().filter_map(move |statement| {
            let level = constant(statement.level)?.int().and_then(|level| usize::try_from(level).ok())?;
            let names = constant(statement.names)?.many().iter().filter_map(Value::text).map(str::to_owned).collect();
            let module = code.names.get(statement.module)?.to_string();
            Some((statement.at, Import { level, module, names }))
        })
    }

    /// Does a way lead to the end, where one instruction fails?
    fn reaches_end(&self, failing: Option<usize>) -> bool {
        let mut is_seen = vec![false; self.next.len()];
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            if at >= is_seen.len() || std::mem::replace(&mut is_seen[at], true) {
                continue;
            }
            if self.is_end[at] {
                return true;
            }
            open.extend(&self.fails[at]);
            if failing != Some(at) {
                open.extend(&self.next[at]);
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{VERSIONS, read};

    /// `tests/fixtures/bytecode/sample.py`, as six Pythons compile it.
    const SAMPLES: [(&[u8], u8); 6] = [
        (include_bytes!("../../../tests/fixtures/bytecode/3.8.pyc"), 8),
        (include_bytes!("../../../tests/fixtures/bytecode/3.9.pyc"), 9),
        (include_bytes!("../../../tests/fixtures/bytecode/3.10.pyc"), 10),
        (include_bytes!("../../../tests/fixtures/bytecode/3.11.pyc"), 11),
        (include_bytes!("../../../tests/fixtures/bytecode/3.12.pyc"), 12),
        (include_bytes!("../../../tests/fixtures/bytecode/3.13.pyc"), 13),
    ];

    fn magic(file: &[u8]) -> u16 {
        u16::from_le_bytes([file[0], file[1]])
    }

    #[test]
    fn what_a_module_certainly_imports_is_told_of_six_pythons() {
        for (file, minor) in SAMPLES {
            let told = read(&file[16..], magic(file)).expect("code");
            let written: Vec<String> = told
                .imports
                .iter()
                .map(|import| format!("{}{} {}", ".".repeat(import.level), import.module, import.names.join(" ")))
                .map(|import| import.trim().to_owned())
                .collect();
            let mut expected = vec![
                "__future__ annotations",
                "certain.plain",
                "certain.second",
                ".certain relative other",
                ". certain_from_here",
                ".certain_star *",
                "sys",
                "typing",
                "certain.raising thing",
                "certain.finally_",
                "certain.last",
                "certain.without_setup",
            ];
            // In 3.8 one instruction ends handlers that raise again and those that do not.
            expected.retain(|import| minor > 8 || !import.contains("raising") && !import.contains("finally"));
            assert_eq!(written, expected, "3.{minor}");
            for name in ["short", "function", "missing_name", "Body"] {
                assert!(told.names.contains(name), "3.{minor}: {name}");
            }
            for text in ["exported", "_private", "a text"] {
                assert!(told.texts.contains(text), "3.{minor}: {text}");
            }
            assert!(!told.texts.contains("thing"), "3.{minor}: it is only imported");
            assert_eq!(told.stars.len(), 1);
            assert!(told.puts_in_place, "3.{minor}: it has a function that puts a module in place");
            assert!(told.moves_path, "3.{minor}: it appends to its path");
        }
    }

    /// A code object of Python 3.11 with these constants, each as `marshal` writes it.
    fn code(constants: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = [&[b'c' | 0x80][..], &[0; 20], b"s\x02\0\0\0\x53\0", b"("].concat();
        bytes.extend(u32::try_from(constants.len()).expect("few").to_le_bytes());
        bytes.extend(constants.concat());
        // No names; tables and names of variables, file and code.
        bytes.extend(b")\0)\0s\0\0\0\0z\x01fz\x01cz\x01q\0\0\0\0s\0\0\0\0s\0\0\0\0");
        bytes
    }

    #[test]
    fn values_that_refer_to_each_other_are_gone_through_once() {
        let reference = |number: u32| [&b"r"[..], &number.to_le_bytes()].concat();
        // Each holds the one before it twice: written out there would be 2 to the power of 60 of them.
        let tuple = |number: u32| [&[b')' | 0x80, 2][..], &reference(number - 1), &reference(number - 1)].concat();
        let text = b"\xda\x04deep".to_vec();
        // The code itself is value 0, the text 1, the tuples 2 and so on.
        let tuples: Vec<Vec<u8>> = [text].into_iter().chain((2..62).map(tuple)).collect();
        let told = read(&code(&tuples), 3495).expect("code");
        assert!(told.texts.contains("deep"));
        let first = code(&[b"\xda\x04deep".to_vec()]);
        // The outer code is value 0, the first inner one 1, its text 2, and each that follows the next number.
        let inner = |number: u32| {
            let before = if number == 3 { 1 } else { number - 1 };
            code(&[reference(before), reference(before)])
        };
        let codes: Vec<Vec<u8>> = [first].into_iter().chain((3..63).map(inner)).collect();
        let told = read(&code(&codes), 3495).expect("code");
        assert!(told.texts.contains("deep"));
    }

    #[test]
    fn code_of_an_unknown_python_tells_nothing() {
        let (file, _) = SAMPLES[3];
        assert!(read(&file[16..], 3627).is_none());
        assert!(read(&file[16..], magic(file)).is_some());
    }

    proptest! {
        #[test]
        fn no_damage_to_code_makes_it_panic(
            which in 0usize..6,
            places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let (file, _) = SAMPLES[which];
            let mut bytes = file[16..].to_vec();
            for (place, byte) in places {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            for version in &VERSIONS {
                let told = read(&bytes, version.magic).unwrap_or_default();
                prop_assert!(told.imports.len() <= bytes.len());
            }
        }
    }
}
