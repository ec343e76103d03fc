//! A file was built for a newer glibc than the system that runs it has.

use super::Judged;
use super::library::package;
use crate::buildlog::Log;
use crate::buildlog::surroundings::Mark;
use crate::command::Remedy;
use crate::command::templates::{PIP_FOR, PIP_UPGRADE};

/// Systems by the release of glibc that each came with.
///
/// Source: the systems' package archives; November 2026.
const SYSTEMS: [(u32, &str); 11] = [
    (17, "CentOS 7, the image manylinux2014"),
    (27, "Ubuntu 18.04, Debian 10"),
    (28, "Ubuntu 20.04, Debian 10, RHEL 8"),
    (31, "Ubuntu 20.04, Debian 11, RHEL 9"),
    (34, "Ubuntu 22.04, Debian 12, RHEL 9, Amazon Linux 2023"),
    (35, "Ubuntu 22.04, Debian 12"),
    (36, "Ubuntu 24.04, Debian 12"),
    (38, "Ubuntu 24.04, Debian 13"),
    (39, "Ubuntu 24.04, Debian 13, RHEL 10"),
    (41, "Ubuntu 25.04, Debian 13"),
    (42, "Ubuntu 25.10"),
];
/// The release of the system below Lambda's runtimes from Python 3.12 on (Amazon Linux 2023).
const LAMBDA: u32 = 34;

pub(super) fn judge(plain: Judged, log: &Log, who: &str, release: &str) -> Judged {
    let minor: Option<u32> = release.strip_prefix("2.").and_then(|rest| rest.split('.').next()?.parse().ok());
    let with_it = minor.and_then(|minor| SYSTEMS.iter().find(|(has, _)| *has >= minor));
    let such = with_it.map_or_else(String::new, |(_, systems)| format!(" ({systems})"));
    let sentence = format!("{who} was built on a system with glibc {release}, and the one that runs it is older");
    if log.marks.contains(&Mark::Lambda) {
        return on_lambda(plain.says(sentence), minor);
    }
    let system = format!("run it on a system with that glibc or a later one{such}, a newer system or image");
    let by = plain.incident.by().filter(|by| log.running().is_none() && !by.contains("/_MEI"));
    let Some(whose) = by.and_then(package) else {
        return plain.says(sentence).mended(Remedy::new(format!(
            "{system}; or take a build for older ones: a manylinux wheel, an older release of the package, a bundle made on the oldest system that it is to run on"
        )));
    };
    let text = format!(
        "{system}; or take {whose} in a build for older ones: an older release of it, or a newer one whose builder took an older system, its manylinux wheel where this one came from elsewhere than \
         the index; or compile it here (pip install --no-binary {whose} {whose})"
    );
    let remedy = Remedy::new(text).fix(PIP_UPGRADE.with(&[&whose]));
    plain.says(sentence).mended(remedy)
}

/// The runtime decides the system.
fn on_lambda(plain: Judged, minor: Option<u32>) -> Judged {
    let runtime = match minor {
        Some(minor) if minor > LAMBDA => {
            "no runtime of Lambda has that glibc yet: use a container image of a newer system"
        }
        _ => {
            "choose the runtime python3.12 or later, whose system is Amazon Linux 2023 with glibc 2.34 (that of python3.8 to 3.11 is Amazon Linux \
             2 with glibc 2.26)"
        }
    };
    let text = format!(
        "{runtime}; or pack a wheel for older systems, with the function's own Python version (--python-version)"
    );
    let whose = plain.incident.by().and_then(package);
    let remedy = Remedy::new(text);
    plain.mended(match whose {
        Some(whose) => remedy.fix(PIP_FOR.with(&[&"manylinux2014_x86_64", &whose])),
        None => remedy,
    })
}
