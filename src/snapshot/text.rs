//! Names and paths in a snapshot: text where they are UTF-8, else their bytes in hexadecimal.

use serde::{Deserialize, Serialize};

use super::mirror::{Damage, Mirror, Opening, Taking};
use crate::image::Name;
use crate::vfs::VPath;
use crate::world::FileId;

/// A name as it stands in a file.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(super) enum Bytes {
    Text(String),
    /// Bytes that are no UTF-8.
    Raw {
        hex: String,
    },
}

impl Bytes {
    pub fn new(bytes: &[u8]) -> Bytes {
        match std::str::from_utf8(bytes) {
            Ok(text) => Bytes::Text(text.to_owned()),
            Err(_) => Bytes::Raw { hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect() },
        }
    }

    pub fn bytes(self) -> Result<Vec<u8>, Damage> {
        match self {
            Bytes::Text(text) => Ok(text.into_bytes()),
            Bytes::Raw { hex } => {
                let digits = hex.as_bytes().chunks(2).map(|pair| {
                    let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
                    u8::from_str_radix(pair, 16).ok()
                });
                digits.collect::<Option<_>>().ok_or_else(|| Damage::new("a name in hexadecimal is none"))
            }
        }
    }
}

impl Default for Bytes {
    fn default() -> Bytes {
        Bytes::Text(String::new())
    }
}

impl Mirror for Bytes {
    type Real = Name;

    fn of(real: &Name, taking: &Taking) -> Bytes {
        Bytes::new(&taking.anonymizer.bytes(real))
    }

    fn back(self, _: &Opening) -> Result<Name, Damage> {
        Ok(Name::from(&self.bytes()?))
    }

    fn is_void(&self) -> bool {
        matches!(self, Bytes::Text(text) if text.is_empty())
    }
}

/// A path as it is shown: what it is relative to is clear from where it stands.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct Shown(Bytes);

impl Mirror for Shown {
    type Real = VPath;

    fn of(real: &VPath, taking: &Taking) -> Shown {
        Shown(Bytes::new(&taking.anonymizer.bytes(real.as_bytes())))
    }

    fn back(self, _: &Opening) -> Result<VPath, Damage> {
        Ok(VPath::new(self.0.bytes()?))
    }
}

/// A path: relative to the root of what was looked at where it lies below (`.` for the root itself), else absolute. One
/// that was no absolute path in the first place (the target of a link) starts with `./`.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct Place(Bytes);

impl Mirror for Place {
    type Real = VPath;

    fn of(real: &VPath, taking: &Taking) -> Place {
        let below = real.below(&taking.root).map(|below| if below.is_empty() { &b"."[..] } else { below });
        // A folder on the way may be called like a drive, or a path have two slashes: only what reads back is left out.
        let below = below.filter(|below| placed(below, &taking.root) == *real);
        let text = match below {
            Some(below) => below.to_vec(),
            None if real.is_absolute() => real.as_bytes().to_vec(),
            None => [b"./", real.as_bytes()].concat(),
        };
        Place(Bytes::new(&taking.anonymizer.bytes(&text)))
    }

    fn back(self, opening: &Opening) -> Result<VPath, Damage> {
        Ok(placed(&self.0.bytes()?, &opening.root))
    }
}

impl Place {
    /// As it is written, of a path that is valid UTF-8.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.clone().bytes().unwrap_or_default()).into_owned()
    }

    /// The path that is written so.
    pub fn read(text: &str, opening: &Opening) -> VPath {
        placed(text.as_bytes(), &opening.root)
    }
}

fn placed(text: &[u8], root: &VPath) -> VPath {
    match text {
        b"." => root.clone(),
        [b'.', b'/', rest @ ..] => VPath::new(rest),
        text => root.join(text),
    }
}

/// A file, by its place in `files`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(super) struct FileNumber(u32);

impl Mirror for FileNumber {
    type Real = FileId;

    fn of(real: &FileId, taking: &Taking) -> FileNumber {
        FileNumber(taking.number(*real))
    }

    fn back(self, opening: &Opening) -> Result<FileId, Damage> {
        opening.below(self.0, opening.files, "file").map(|_| FileId::of(self.0))
    }
}
