//! musl's rule for one object: `find_sym2` in `ldso/dynlink.c`. Versions count only where they are hidden, visibility does
//! not, and there are no indirect functions.

use super::binder::Look;
use crate::image::VERSION_HIDDEN;
use crate::world::{DynamicSymbols, SymbolKey};

/// `STT_NOTYPE`, `OBJECT`, `FUNC`, `COMMON` and `TLS`.
const KINDS: u32 = 1 | 1 << 1 | 1 << 2 | 1 << 5 | 1 << STT_TLS;
/// `STB_GLOBAL`, `WEAK` and `GNU_UNIQUE`.
const BINDINGS: u32 = 1 << 1 | 1 << 2 | 1 << 10;
const STT_TLS: u8 = 6;

/// Looks into one object. `is_call`: the address that a program gives to a function of others will not do.
pub(super) fn look(symbols: &DynamicSymbols, key: &SymbolKey, is_call: bool) -> Look {
    let mut first = None;
    // The first entry of that name decides, whatever it is.
    symbols.find(key, &mut |symbol| {
        let is_shown = symbol.version.is_none_or(|raw| raw & VERSION_HIDDEN == 0);
        first = is_shown.then_some(*symbol);
        is_shown
    });
    let Some(symbol) = first else { return Look::Nothing };
    let is_tls = symbol.kind == STT_TLS;
    let is_defined = symbol.section != 0 || !(is_call || is_tls);
    let has_value = symbol.value != 0 || is_tls;
    match is_defined && has_value && KINDS >> symbol.kind & 1 == 1 && BINDINGS >> symbol.binding & 1 == 1 {
        true => Look::Found(symbol),
        false => Look::Nothing,
    }
}
