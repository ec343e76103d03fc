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
    /// Where it is, or would be; none where no folder for such things is known.
    pub path: Option<PathBuf>,
    pub is_there: bool,
    pub theme: Option<String>,
    pub mouse: Option<bool>,
    pub ascii: Option<bool>,
    pub keymap: Keymap,
    /// The commands that have other keys than by themselves.
    pub rebound: Vec<&'static str>,
    /// What is wrong in it: left out, and told.
    pub wrong: Vec<Error>,
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

/// Reads the file, where there is one. What is wrong in it counts for nothing, and is told with its line.
pub fn read(commands: &'static [&'static Command]) -> Config {
    let usual = Config::usual(commands);
    let Some((path, is_asked_for)) = path() else { return usual };
    let usual = Config { path: Some(path.clone()), ..usual };
    let text = match whole(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_asked_for => return usual,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", path.display());
            let wrong = vec![Error::new(what, "correct the file, or point DYLENS_CONFIG to another")];
            return Config { wrong, ..usual };
        }
    };
    let (config, wrong) = understand(&text, commands);
    let told = |(line, what)| Error::new(format!("{}:{line}: {what}", path.display()), "correct that line");
    Config { path: usual.path, is_there: true, wrong: wrong.into_iter().map(told).collect(), ..config }
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

/// What a text says, and what is wrong in it: the line, and why.
fn understand(text: &str, commands: &'static [&'static Command]) -> (Config, Vec<(usize, String)>) {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let usual = Config::usual(commands);
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            return (usual, vec![(line(at), error.message().replace('\n', " "))]);
        }
    };
    let mut wrong = Vec::new();
    let is_known = |theme: &Spanned<String>| THEMES.iter().any(|(name, _)| name == theme.as_ref());
    if let Some(theme) = file.theme.as_ref().filter(|theme| !is_known(theme)) {
        let names: Vec<&str> = THEMES.iter().map(|(name, _)| *name).collect();
        let what = format!("no theme is called {:?}; known are {}", theme.as_ref(), names.join(", "));
        wrong.push((line(theme.span().start), what));
    }
    let mut config = Config {
        theme: file.theme.filter(is_known).map(Spanned::into_inner),
        mouse: file.mouse,
        ascii: file.ascii,
        ..usual
    };
    for (id, keys) in &file.keys {
        match config.keymap.rebound(id.as_ref(), keys.as_ref()) {
            Ok((keymap, command)) => {
                config.keymap = keymap;
                config.rebound.push(command.id);
            }
            Err(what) => wrong.push((line(id.span().start), what)),
        }
    }
    (config, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::commands::commands;

    fn understand(text: &str) -> (Config, Vec<(usize, String)>) {
        super::understand(text, commands())
    }

    #[test]
    fn a_file_says_theme_and_keys() {
        let (config, wrong) = understand("theme = 'dark'\nmouse = false\n[keys]\ndown = ['ctrl-n', 'down']\n");
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(config.rebound, ["down"]);
        assert_eq!((config.theme.as_deref(), config.mouse), (Some("dark"), Some(false)));
        assert_eq!(config.keymap.names("down"), ["ctrl-n", "down"]);
        assert_eq!(config.keymap.names("up"), ["k", "up"], "what is not told stays");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text| {
            let lines = understand(text).1.into_iter().map(|(line, what)| format!("{line}: {what}"));
            lines.collect::<Vec<_>>().join("; ")
        };
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
    #[test]
    fn what_is_right_counts_beside_what_is_wrong() {
        let (config, wrong) = understand("theme = 'pink'\nascii = true\n[keys]\nfly = ['x']\ndown = ['ctrl-n']\n");
        assert_eq!(wrong.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 4]);
        assert_eq!((config.theme, config.ascii), (None, Some(true)));
        assert_eq!(config.keymap.names("down"), ["ctrl-n"]);
    }
}
