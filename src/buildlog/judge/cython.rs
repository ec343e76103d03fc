//! A module that Cython compiled finds another one changed: whose release is the older, and which to replace.

use super::Judged;
use crate::buildlog::folders;
use crate::command::Remedy;
use crate::command::templates::{PIP_REINSTALL, PIP_UPGRADE};

/// Names the two packages, and the one to replace.
///
/// Cython compares what it finds of a type, function or variable with what the declarations had (`Cython/Utility/ImportExport.c`).
pub(super) fn judge(plain: Judged) -> Judged {
    let Some(asked) = plain.incident.told("module").and_then(|module| distribution(&mut module.split('.'))) else {
        return plain;
    };
    // `gevent/_gevent_c_hub_local.pyx`: the module that was being initialized.
    let asking = plain.incident.by().filter(|by| by.ends_with(".pyx")).and_then(|by| distribution(&mut by.split('/')));
    let Some(asking) = asking else { return plain };
    if asking == asked {
        let sentence = format!("{}; both are modules of {asked}: files of two releases lie together", plain.sentence);
        let remedy = Remedy::new(format!("reinstall {asked} whole; after a build in place, build all of it anew"));
        return plain.says(sentence).mended(remedy.fix(PIP_REINSTALL.with(&[&asked])));
    }
    let upgrade = |package: &str| PIP_UPGRADE.with(&[&package]);
    let size = |place: &str| plain.incident.told(place).and_then(|size| size.parse::<u32>().ok());
    // Types grow: what expects more was built for a newer release.
    let (text, first, second) = match (size("symbol"), size("version")) {
        (Some(wanted), Some(found)) if wanted > found => (
            format!("upgrade {asked}: {asking} was built for a newer release of it"),
            upgrade(&asked),
            upgrade(&asking),
        ),
        (Some(_), Some(_)) => (
            format!("upgrade {asking}: it was built for an older release of {asked}"),
            upgrade(&asking),
            upgrade(&asked),
        ),
        _ => (
            format!("upgrade {asking} and {asked} together: their releases do not fit each other"),
            upgrade(&asking),
            upgrade(&asked),
        ),
    };
    let sentence = format!("{}; {asking} asks", plain.sentence);
    plain.says(sentence).mended(Remedy::new(text).fix(first).fix(second))
}

/// The distribution of a module, by the parts of its name.
fn distribution<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Option<String> {
    let (first, second) = (parts.next()?, parts.next()?);
    match folders::of_namespace(first, second) {
        Some(distribution) => distribution,
        None => Some(folders::distribution(first).to_owned()),
    }
}
