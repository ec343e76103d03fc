//! One cause, and what is said only because of it.

use super::{Cause, Judged, Verdict};
use crate::buildlog::log_context::leaf;
use crate::tools::ToolId;

/// Between so many incidents each is compared with each.
const MOST_COMPARED: usize = 256;
/// A message that hands on another has it in the lines below, so far.
const BELOW: usize = 6;
/// A second exception is raised from the first within so many lines.
const CHAINED: usize = 80;

/// Marks what follows from another: nobody has to mend it.
pub(super) fn mark(judged: &mut [Judged]) {
    let most = judged.len().min(MOST_COMPARED);
    for at in 0..judged.len() {
        let causes = judged[..most].iter().enumerate();
        let cause =
            causes.filter(|(other, _)| *other != at).find(|(other, that)| follows(&judged[at], that, at < *other));
        if let Some(line) = cause.map(|(_, that)| that.incident.first) {
            judged[at].verdict = Verdict::Noise;
            judged[at].because = Some(line);
        }
    }
}

/// Is it said only because of that? `is_before`: it is ranked before that.
fn follows(judged: &Judged, other: &Judged, is_before: bool) -> bool {
    use Cause::{LibraryMissing, LinkLibrary, LinkSymbol, NotAnImage, SymbolMissing, WrongArchitecture};
    let (own, that) = (&judged.incident, &other.incident);
    if !other.is_failure() || other.because.is_some() || that.message.tells == 0 {
        return false;
    }
    let is_within = || (own.first..=own.last + BELOW).contains(&that.first);
    let is_chained = || own.first > that.first && own.first - that.first < CHAINED;
    let is_of_the_same = || own.by().is_some() && (own.by() == that.by() || own.by() == that.told("other"));
    let is_a_library = matches!(other.cause, LibraryMissing | LinkLibrary | NotAnImage | WrongArchitecture);
    if own.message.wraps {
        return !that.message.wraps && is_within();
    }
    if that.message.wraps || own.message.id == that.message.id && own.tool == that.tool {
        // One file that lacks many symbols lacks them for one reason.
        let is_for_one_reason = is_of_the_same() && judged.cause == Cause::OtherLibc;
        // A build that asks for one library by several names, and a symbol that dyld names in its first line and below it.
        let is_alternative = own.message.id == "tried" && own.first.abs_diff(that.first) <= 2 * BELOW;
        let is_repeated =
            own.tool == ToolId::Dyld && own.told("symbol").is_some() && own.told("symbol") == that.told("symbol");
        return !is_before && !that.message.wraps && (is_for_one_reason || is_alternative || is_repeated);
    }
    match (own.message.cause, own.tool) {
        // Qt tells why in lines of its own, where it is asked to.
        (Cause::QtPlugin, ToolId::Qt) => {
            other.cause == LibraryMissing && that.by().is_some_and(|by| by.contains("/platforms/"))
        }
        _ if own.message.stops && own.message.tells == 0 => true,
        // The bytes of a file are wrong: that is why its library or module was not loaded.
        (LibraryMissing, ToolId::Dyld) if that.tool == ToolId::Dyld && that.message.cause != LibraryMissing => {
            is_within()
        }
        // dyld is asked by Python code, for a bare name, which ctypes tells too.
        (LibraryMissing, ToolId::Dyld) if that.tool == ToolId::Ctypes && own.by() == own.told("accused") => {
            own.by() == that.told("accused") && own.first.abs_diff(that.first) <= BELOW
        }
        (SymbolMissing, ToolId::Dyld) if that.tool == ToolId::Dyld => {
            !is_before && own.told("symbol").is_some() && own.told("symbol") == that.told("symbol")
        }
        // Code that tries several places of one library: the one at which it was found tells more than those at which it was not.
        (LibraryMissing, ToolId::Glibc | ToolId::Musl | ToolId::Ctypes)
            if own.by().is_none() && that.message.cause != LibraryMissing =>
        {
            let is_found = that.by().is_some_and(|by| own.told("accused").is_some_and(|it| leaf(it) == leaf(by)));
            is_found && own.first.abs_diff(that.first) <= BELOW
        }
        (SymbolMissing, ToolId::Musl) => that.tool == ToolId::Musl && is_a_library && is_of_the_same(),
        (LinkSymbol, ToolId::Linker) => that.tool == ToolId::Linker && is_a_library && own.first > that.first,
        // NumPy and others raise their own exception from the first.
        (Cause::NumpyMissing, ToolId::Numpy) if that.tool != ToolId::Numpy => is_chained(),
        (Cause::ProgramEnded | Cause::ModuleMissing, _) if own.tool != that.tool => {
            is_chained() && own.message.tells < that.message.tells
        }
        _ => {
            own.message.tells == 1
                && own.tool == that.tool
                && that.message.tells == 3
                && own.first.abs_diff(that.first) <= BELOW
        }
    }
}
