//! PE images as words.

use super::{need, said};
use crate::image::{Arch, Export, Format, Image, ImageKind, Import, Name, NeedKind, Origin, Pe};
use crate::parse::pe::write;

/// The bytes of a file.
pub(super) fn file(words: &str) -> Result<Vec<u8>, String> {
    let mut words = words.split_whitespace();
    let arch = Arch::named(words.next().unwrap_or_default()).ok_or("unknown processor")?;
    let mut image = Image::new(Format::Pe, arch);
    let mut pe = Pe { subsystem: 2, linker: (14, 40), ..Pe::default() };
    let (mut exports, mut imports, mut body, mut cut) = (Vec::new(), Vec::new(), Vec::new(), None);
    let mut overlay = 0;
    for word in words {
        let (key, value) = word.split_once(':').unwrap_or((word, ""));
        let list = || value.split(',').filter(|item| !item.is_empty());
        match key {
            "needs" => image.needs.extend(list().map(|name| need(name, NeedKind::Normal))),
            "delay" => image.needs.extend(list().map(|name| need(name, NeedKind::Delay))),
            "id" => image.identity = Some(Name::from(value)),
            "defines" => exports.extend(list().map(|name| (Name::from(name), Export::Own))),
            "forwards" => exports.extend(list().map(forward).collect::<Result<Vec<_>, _>>()?),
            "takes" => imports.extend(list()),
            "pdb" => pe.pdb = Some(Name::from(value)),
            "says" => body.extend(said(value)),
            "program" => image.kind = ImageKind::Program,
            "object" => image.kind = ImageKind::Inert,
            "managed" => pe.is_managed = true,
            "overlay" => overlay = value.parse::<usize>().map_err(|_| "overlay: wants a number")?,
            "cut" => cut = Some(value.parse::<usize>().map_err(|_| "cut: wants a number")?),
            _ => return Err(format!("unknown word {key}")),
        }
    }
    let imports: Vec<Import> = imports.into_iter().map(|item| import(&image, item)).collect::<Result<_, _>>()?;
    image.pe = Some(Box::new(pe));
    let mut bytes = write(&image, &exports, &imports, &body);
    bytes.resize(bytes.len() + overlay, 0);
    if let Some(len) = cut {
        bytes.truncate(len);
    }
    Ok(bytes)
}

/// `NAME=DLL.NAME`.
fn forward(text: &str) -> Result<(Name, Export), String> {
    let (name, to) = text.split_once('=').ok_or("forwards: NAME=DLL.NAME")?;
    Ok((Name::from(name), Export::Forward(Name::from(to))))
}

/// `SYMBOL@DLL`; a symbol may be an ordinal, `#12`.
fn import(image: &Image, text: &str) -> Result<Import, String> {
    let (symbol, library) = text.split_once('@').ok_or("takes: SYMBOL@DLL")?;
    let place = image.needs.iter().position(|need| need.name == *library);
    let need = place.ok_or("takes: a DLL that is not needed")?;
    Ok(Import { symbol: Name::from(symbol), origin: Origin::Need(need), is_weak: false })
}
