//! Mach-O images as words.

use super::{need, said};
use crate::image::{
    Arch, BuiltFor, Format, Image, ImageKind, Import, MachO, Name, NeedKind, Origin, Platform, Release, Signature,
};
use crate::parse::macho::{Binding, universal, write};

/// The bytes of a file, thin or universal.
pub(super) fn file(words: &str) -> Result<Vec<u8>, String> {
    let mut slices = Vec::new();
    let mut cut = None;
    for part in words.split(" | ") {
        let mut words = part.split_whitespace();
        let archs = words.next().unwrap_or_default();
        let words: Vec<&str> = words.collect();
        for arch in archs.split('+') {
            let arch = Arch::named(arch).ok_or("unknown processor")?;
            slices.push((arch, slice(arch, &words)?));
        }
        cut = words.iter().find_map(|word| word.strip_prefix("cut:")).or(cut);
    }
    let mut bytes = match &mut slices[..] {
        [(_, bytes)] => std::mem::take(bytes),
        slices => universal(slices),
    };
    if let Some(len) = cut {
        bytes.truncate(len.parse().map_err(|_| "cut: wants a number")?);
    }
    Ok(bytes)
}

fn slice(arch: Arch, words: &[&str]) -> Result<Vec<u8>, String> {
    let mut image = Image::new(Format::MachO, arch);
    let mut mach = MachO { signature: Signature::Present, is_two_level: true, ..MachO::default() };
    let mut built = BuiltFor { platform: Platform::MacOs, minimum: Release::new(11, 0), sdk: Release::new(14, 0) };
    let (mut symbols, mut imports, mut interposed, mut body) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut binding = Binding::Chained;
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        let list = || value.split(',').filter(|item| !item.is_empty());
        let release = || Release::parse(value).ok_or_else(|| format!("{key}: wants a release"));
        let mut needs = |kind| image.needs.extend(list().map(|name| need(name, kind)));
        match key {
            "needs" => needs(NeedKind::Normal),
            "weak" => needs(NeedKind::Weak),
            "reexport" => needs(NeedKind::Reexport),
            "upward" => needs(NeedKind::Upward),
            "lazy" => needs(NeedKind::Delay),
            "id" => image.identity = Some(Name::from(value)),
            "rpath" => mach.rpaths.extend(list().map(Name::from)),
            "env" => mach.environment.push(Name::from(value)),
            "defines" => symbols.extend(list().map(Name::from)),
            "says" => body.extend(said(value)),
            "takes" => imports.extend(list()),
            "interposes" => interposed.extend(list()),
            "minos" => built.minimum = release()?,
            "sdk" => built.sdk = release()?,
            "platform" if value == "ios" => built.platform = Platform::IOs,
            "bundle" => image.kind = ImageKind::Bundle,
            "program" => image.kind = ImageKind::Program,
            "object" => image.kind = ImageKind::Inert,
            "unsigned" => mach.signature = Signature::Absent,
            "stale" => mach.signature = Signature::Stale,
            "flat" => mach.is_two_level = false,
            "opcodes" => binding = Binding::Opcodes,
            "cut" => {}
            _ => return Err(format!("unknown word {key}")),
        }
    }
    let pairs = interposed.len();
    let imports: Vec<Import> =
        imports.into_iter().chain(interposed).map(|item| import(&image, item)).collect::<Result<_, _>>()?;
    mach.built_for = Some(built);
    image.mach = Some(Box::new(mach));
    Ok([write(&image, &symbols, &imports, pairs, binding), body].concat())
}

/// `SYMBOL@LIBRARY`, `SYMBOL@self`, `SYMBOL@program`, `SYMBOL@weak`, or `SYMBOL` alone; a `?` behind it makes it weak.
fn import(image: &Image, text: &str) -> Result<Import, String> {
    let (text, is_weak) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let (symbol, origin) = match text.split_once('@') {
        Some((symbol, "self")) => (symbol, Origin::Own),
        Some((symbol, "program")) => (symbol, Origin::Program),
        Some((symbol, "weak")) => (symbol, Origin::Weak),
        Some((symbol, library)) => {
            let place = image.needs.iter().position(|need| need.name == *library);
            (symbol, Origin::Need(place.ok_or("takes: a library that is not needed")?))
        }
        None => (text, Origin::Flat),
    };
    Ok(Import { symbol: Name::from(&format!("_{symbol}")), origin, is_weak })
}
