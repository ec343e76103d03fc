//! glibc's rule for one object of a scope: `check_match` and `do_lookup_x` in `elf/dl-lookup.c`.

use crate::image::{Definition, SymbolVersion, VERSION_HIDDEN};
use crate::world::{DynamicSymbols, SymbolKey};

use super::binder::{Failure, Look};

/// `STT_NOTYPE`, `OBJECT`, `FUNC`, `COMMON`, `TLS` and `GNU_IFUNC`: code and data, nothing else.
const KINDS: u32 = 1 | 1 << 1 | 1 << 2 | 1 << 5 | 1 << STT_TLS | 1 << 10;
const STT_TLS: u8 = 6;
const SHN_ABS: u16 = 0xfff1;

/// What is asked of each object of a scope.
pub(super) struct Question<'a> {
    pub key: &'a SymbolKey<'a>,
    pub version: Option<&'a SymbolVersion>,
    /// A call: the address that a program gives to a function of others will not do.
    pub is_call: bool,
}

/// Does the file that a version is wanted of decide alone whether the symbol is there? Until 2.30 it did; since then a
/// symbol may move to another file with its version (BZ #24741).
pub(super) fn needs_named_file(version: Option<(u32, u32)>) -> bool {
    version.is_some_and(|version| version < (2, 30))
}

/// Looks into one object. `is_named`: it is the file that the version is wanted of, and decides ([`needs_named_file`]).
pub(super) fn look(symbols: &DynamicSymbols, question: &Question, is_named: bool) -> Look {
    let mut found = None;
    // The only version of a symbol answers a reference that names none, though it is no base version.
    let (mut versioned, mut versions) = (None, 0);
    let has_versions = symbols.has_versions();
    symbols.find(question.key, &mut |definition| {
        if !is_definition(definition, question.is_call) {
            return false;
        }
        let is_match = match question.version {
            Some(wanted) => !has_versions || has_version(symbols, definition, wanted),
            None => {
                let is_base = !has_versions || definition.version_index() < 3;
                if !is_base && !is_hidden_version(definition) {
                    versions += 1;
                    versioned = versioned.or(Some(*definition));
                }
                is_base
            }
        };
        if is_match {
            found = Some(*definition);
        }
        is_match
    });
    match found.or(versioned.filter(|_| versions == 1)) {
        // ld.so gives up with “Assertion `version->filename == NULL || …' failed!”.
        Some(_) if is_named && question.version.is_some() && !has_versions => Look::Fails(Failure::NoVersionTable),
        Some(definition) if definition.is_visible() => Look::Found(definition),
        Some(_) => Look::Nothing,
        None if is_named && question.version.is_some() => Look::Fails(Failure::VersionMissing),
        None => Look::Nothing,
    }
}

/// Is it code or data that is really there?
fn is_definition(symbol: &Definition, is_call: bool) -> bool {
    let has_value = symbol.value != 0 || symbol.section == SHN_ABS || symbol.kind == STT_TLS;
    has_value && !(is_call && symbol.section == 0) && KINDS >> symbol.kind & 1 == 1
}

/// Is it of the wanted version, or of the base version where that will do?
fn has_version(symbols: &DynamicSymbols, symbol: &Definition, wanted: &SymbolVersion) -> bool {
    match symbols.version(symbol.version_index()) {
        Some(version) => version.name == wanted.name,
        None => !wanted.is_hidden && !is_hidden_version(symbol),
    }
}

fn is_hidden_version(symbol: &Definition) -> bool {
    symbol.version.is_some_and(|raw| raw & VERSION_HIDDEN != 0)
}
