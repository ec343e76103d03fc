//! A file for macOS, not Rust's, calls itself by another name than its own.

use super::rust_install_name::check_those;
use crate::diagnose::{Facts, Finding, Rule, Severity};
use crate::rule::RuleId;

pub(super) static RULE: Rule = Rule {
    id: RuleId::INSTALL_NAME,
    title: "nonstandard install name",
    severity: Severity::Error,
    why: "A dylib for macOS carries a name for whoever links against it (LC_ID_DYLIB, what otool -L prints first). \
          Python opens modules by path, so dyld never compares it; nothing is missing and nothing fails. Only tools \
          that take the name for a dependency stop: Nuitka, in more versions the odder the name is. PyInstaller, \
          delocate and cx_Freeze ignore it. Libraries renamed after linking, CMake's shared libraries, Bazel and \
          linkers that were told no name leave such names.",
    remedy: "Reset the install name (install_name_tool -id @rpath/NAME) and sign the file again, or upgrade Nuitka.",
    check,
};

fn check(facts: &Facts, findings: &mut Vec<Finding>) {
    check_those(facts, &RULE, false, findings);
}
