//! What a person has decided once and for all: `config.toml`, with theme, mouse, signs and keys.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::command::Command;
use super::keys::Keymap;
use super::theme::THEMES;
use crate::error::Error;

/// More than anybody writes down.
const MOST_BYTES: u64 = 1 << 20;

/// The file, as it is read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Option<Spanned<String>>,
    mouse: Option<bool>,
    ascii: Option<bool>,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, Spanned<Vec<String>>>,
}

/// What the file says.
#[derive(Clone, Default)]
pub struct Config {
    pub theme: Option<String>,
    pub mouse: Option<bool>,
    pub ascii: Option<bool>,
    pub keymap: Keymap,
}

impl Config {
    /// What counts where there is no file.
    pub fn usual(commands: &'static [&'static Command]) -> Config {
        Config { keymap: Keymap::of(commands), ..Config::default() }
    }
}

/// Where the file is: what `DYLENS_CONFIG` names, else `dylens/config.toml` where programs keep such things.
fn path() -> Option<(PathBuf, bool)> {
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = given("DYLENS_CONFIG") {
        return Some((path, true));
    }
    let folder =
        given("XDG_CONFIG_HOME").or_else(|| given("APPDATA")).or_else(|| Some(given("HOME")?.join(".config")))?;
    Some((folder.join("dylens").join("config.toml"), false))
}

/// Reads the file, where there is one.
///
/// # Errors
/// Where it cannot be read or is not understood: says the line and what stands there.
pub fn read(commands: &'static [&'static Command]) -> Result<Config, Error> {
    let unchanged = || Config::usual(commands);
    let Some((path, is_asked_for)) = path() else { return Ok(unchanged()) };
    let text = match whole(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_asked_for => return Ok(unchanged()),
        Err(error) => {
            let what = format!("{} cannot be read: {error}", path.display());
            return Err(Error::new(what, "correct the file, or point DYLENS_CONFIG to another"));
        }
    };
    understand(&text, commands).map_err(|(line, what)| {
        let place = format!("{}:{line}: {what}", path.display());
        Error::new(place, "correct that line")
    })
}

/// A small file, whole.
fn whole(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    match std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)? as u64 {
        len if len > MOST_BYTES => {
            Err(io::Error::other(format!("it has more than the {MOST_BYTES} bytes that are read")))
        }
        _ => Ok(text),
    }
}

/// What a text says; else the line that is wrong, and why.
fn understand(text: &str, commands: &'static [&'static Command]) -> Result<Config, (usize, String)> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let file: File = toml::from_str(text)
        .map_err(|error| (line(error.span().map_or(0, |span| span.start)), error.message().replace('\n', " ")))?;
    let theme = file.theme.map(|theme| {
        let is_known = THEMES.iter().any(|(name, _)| name == theme.as_ref());
        let names: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
        let wrong = || {
            (
                line(theme.span().start),
                format!("no theme is called {:?}; known are {}", theme.as_ref(), names.join(", ")),
            )
        };
        if is_known { Ok(theme.as_ref().clone()) } else { Err(wrong()) }
    });
    let mut keymap = Keymap::of(commands);
    for (id, keys) in &file.keys {
        keymap.rebind(id.as_ref(), keys.as_ref()).map_err(|what| (line(id.span().start), what))?;
    }
    Ok(Config { theme: theme.transpose()?, mouse: file.mouse, ascii: file.ascii, keymap })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::commands::commands;

    fn understand(text: &str) -> Result<Config, (usize, String)> {
        super::understand(text, commands())
    }

    #[test]
    fn a_file_says_theme_and_keys() {
        let config =
            understand("theme = 'dark'\nmouse = false\n[keys]\ndown = ['ctrl-n', 'down']\n").unwrap_or_default();
        assert_eq!((config.theme.as_deref(), config.mouse), (Some("dark"), Some(false)));
        assert_eq!(config.keymap.names("down"), ["ctrl-n", "down"]);
        assert_eq!(config.keymap.names("up"), ["k", "up"], "what is not told stays");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text| understand(text).err().map(|(line, what)| format!("{line}: {what}")).unwrap_or_default();
        assert_eq!(
            wrong("mouse = true\ntheme = 'pink'\n"),
            "2: no theme is called \"pink\"; known are ansi, dark, light, mono, high-contrast"
        );
        assert_eq!(wrong("[keys]\nup = ['k']\nfly = ['x']\n"), "3: no command is called fly");
        assert_eq!(wrong("[keys]\nup = ['hyper-x']\n"), "2: up: no key is called \"hyper-x\"");
        assert_eq!(wrong("[keys]\nup = ['j']\n"), "2: up: j is the key of down already");
        assert!(wrong("theme = 'dark'\ncolour = 1\n").starts_with("2: unknown field `colour`"));
        assert!(wrong("theme = \n").starts_with("1: "));
    }
}
