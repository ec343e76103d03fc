//! auditwheel refuses a wheel's symbols: in which image it has to be compiled, or which policy it fits.

use super::Judged;
use crate::buildlog::Log;
use crate::command::Remedy;
use crate::command::templates::{AUDITWHEEL_AS, PIP_UPGRADE_FROM};
use crate::tools::ToolId;

/// The images of manylinux by the minor version of glibc; the first is called manylinux2014.
///
/// Source: the repository pypa/manylinux; November 2026.
const IMAGES: [u32; 4] = [17, 28, 34, 39];
/// The minor version of glibc up to which a policy is one that nobody names: manylinux1 and manylinux2010.
const OLDEST: u32 = 12;
/// The processors that have them.
const ARCHITECTURES: [&str; 5] = ["x86_64", "i686", "aarch64", "ppc64le", "s390x"];

pub(super) fn judge(plain: Judged, log: &Log) -> Judged {
    if plain.incident.message.id != "too-recent-symbols" {
        return plain;
    }
    let told = |place: &str| plain.incident.told(place).map(str::to_owned);
    let (Some(by), Some(policy)) = (told("by"), told("policy")) else { return plain };
    let Some((asked, arch)) = parsed(&policy) else { return plain };
    let image = |minor: u32| match minor {
        17 => "manylinux2014".to_owned(),
        _ => format!("manylinux_2_{minor}"),
    };
    let own = IMAGES.into_iter().rev().find(|has| *has <= asked).map(image);
    let younger = IMAGES.into_iter().find(|has| *has > asked).map(image);
    let is_cibuildwheel = by.contains("/cibuildwheel/") || log.version(ToolId::Cibuildwheel).is_some();
    let option = format!("CIBW_MANYLINUX_{}_IMAGE", arch.to_uppercase());
    let compiled = own.map(|own| match is_cibuildwheel {
        true => format!("compile all that is linked into it in an image for {policy} ({option}={own})"),
        false => format!("compile it in an image for {policy} (quay.io/pypa/{own}_{arch})"),
    });
    let compiled = compiled
        .unwrap_or_else(|| format!("compile it on a system as old as {policy}, for which images are no longer made"));
    // What auditwheel shows of the wheel, or the image that it was compiled in.
    if let Some(fits) = fitting(log, asked, arch) {
        let how = match is_cibuildwheel {
            true => format!("repair-wheel-command = \"auditwheel repair --plat {fits} -w {{dest_dir}} {{wheel}}\""),
            false => format!("--plat {fits}"),
        };
        let remedy = Remedy::new(format!(
            "aim at {fits}, which fits by what the log shows ({how}), though systems with an older glibc do not take such a wheel; or {compiled}"
        ));
        return plain.mended(if is_cibuildwheel { remedy } else { remedy.fix(AUDITWHEEL_AS.with(&[&fits, &by])) });
    }
    if is_cibuildwheel {
        let other = younger.map_or_else(String::new, |younger| {
            format!("; or build in a younger image, whose wheels older systems do not take: {option}={younger}, and no --plat in repair-wheel-command")
        });
        return plain
            .mended(Remedy::new(format!("{compiled}: what was copied into it may be the younger part{other}")));
    }
    let other = younger.map_or_else(String::new, |younger| format!(" (--plat {younger}_{arch})"));
    // Until it was asked for the policy that fits, auditwheel aimed at the oldest.
    let is_oldest = asked <= OLDEST;
    if is_oldest {
        let text = format!(
            "aim at the policy that the wheel fits, which auditwheel 6.4 and later find themselves (--plat auto); older ones take {policy} where --plat does not name another. Systems with an \
             older glibc than that of the machine which compiled it do not take such a wheel: for those, compile it in an image (quay.io/pypa/manylinux2014_{arch} or manylinux_2_28_{arch}, or by \
             cibuildwheel)"
        );
        let upgraded = [PIP_UPGRADE_FROM.with(&[&"auditwheel", &"6.4"]), AUDITWHEEL_AS.with(&[&"auto", &by])];
        return plain.mended(Remedy::new(text).steps(upgraded));
    }
    let text = format!("{compiled}, or aim at a younger one{other}; this names the versions");
    let remedy = Remedy { text, ..plain.remedy.clone() };
    plain.mended(remedy)
}

/// The minor version of glibc that a policy promises, and its processor.
fn parsed(policy: &str) -> Option<(u32, &'static str)> {
    let arch = ARCHITECTURES.into_iter().find(|arch| policy.ends_with(arch))?;
    let release = policy.strip_suffix(arch)?.strip_suffix('_')?;
    let minor = match release {
        "manylinux1" => 5,
        "manylinux2010" => 12,
        "manylinux2014" => 17,
        _ => release.strip_prefix("manylinux_2_")?.parse().ok()?,
    };
    Some((minor, arch))
}

/// The youngest policy above this one that `auditwheel show` tells or an image is called by.
fn fitting(log: &Log, asked: u32, arch: &str) -> Option<String> {
    let starts = ["\"manylinux_2_", "/manylinux_2_"];
    let lines = log.text.lines().iter().filter(|(_, line)| line.contains("manylinux_2_"));
    let pieces = lines.flat_map(|(_, line)| starts.iter().flat_map(|start| line.split(start).skip(1)));
    let minor = |piece: &str| {
        let (minor, rest) = piece.split_once('_')?;
        let is_whole = rest.strip_prefix(arch)?.chars().next().is_none_or(|next| matches!(next, '"' | ':' | '@' | ' '));
        minor.parse().ok().filter(|minor: &u32| is_whole && *minor > asked)
    };
    pieces.filter_map(minor).max().map(|minor| format!("manylinux_2_{minor}_{arch}"))
}
