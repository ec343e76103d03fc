//! What counts in the explorer, and who decided it: the command line, the configuration, the environment, or nobody.

use super::commands::commands;
use super::config::{self, Config};
use super::options::Options;
use super::theme::{THEMES, Theme};

/// Who decided something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    Flag(&'static str),
    /// The configuration file.
    File,
    /// A variable of the environment.
    Variable(&'static str),
    Default,
}

/// A value, and who decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided<T> {
    pub value: T,
    pub by: Decider,
}

/// All that can be decided.
pub struct Settings {
    pub theme: Decided<&'static str>,
    /// Nothing but ASCII.
    pub ascii: Decided<bool>,
    pub mouse: Decided<bool>,
    /// Has the terminal all colors, or 256 of them?
    pub true_color: Decided<bool>,
    /// Keys, and what is wrong in the file.
    pub config: Config,
}

impl Settings {
    /// Reads configuration and environment. What is wrong there is kept in [`Config::wrong`], and the rest counts.
    pub fn read(options: &Options) -> Settings {
        let config = config::read(commands());
        let theme = |name: &Option<String>| {
            THEMES.iter().map(|(known, _)| *known).find(|known| Some(*known) == name.as_deref())
        };
        let knows = std::env::var("COLORTERM").is_ok_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
        Settings {
            theme: first([
                theme(&options.theme).map(|value| (value, Decider::Flag("--theme"))),
                theme(&config.theme).map(|value| (value, Decider::File)),
            ])
            .unwrap_or(Decided { value: THEMES[0].0, by: Decider::Default }),
            ascii: first([
                options.ascii.then_some((true, Decider::Flag("--ascii"))),
                config.ascii.map(|value| (value, Decider::File)),
                locale(&|name| std::env::var(name).ok()).map(|name| (true, Decider::Variable(name))),
            ])
            .unwrap_or(Decided { value: false, by: Decider::Default }),
            mouse: first([
                options.no_mouse.then_some((false, Decider::Flag("--no-mouse"))),
                config.mouse.map(|value| (value, Decider::File)),
            ])
            .unwrap_or(Decided { value: true, by: Decider::Default }),
            true_color: Decided {
                value: knows,
                by: if knows { Decider::Variable("COLORTERM") } else { Decider::Default },
            },
            config,
        }
    }

    /// How tones look.
    pub fn theme(&self, no_color: bool) -> Theme {
        let mut theme = Theme::default().named(self.theme.value);
        theme.no_color = no_color;
        theme.ascii = self.ascii.value;
        theme.few_colors = !self.true_color.value;
        theme
    }
}

/// The first that is decided.
fn first<T, const N: usize>(all: [Option<(T, Decider)>; N]) -> Option<Decided<T>> {
    all.into_iter().flatten().next().map(|(value, by)| Decided { value, by })
}

/// The variable that makes the locale one without UTF-8, as `setlocale` reads them: the first that is set decides, and
/// where none is, the locale is C. Windows and macOS have UTF-8 whatever they say.
fn locale(variable: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    if cfg!(windows) || cfg!(target_os = "macos") {
        return None;
    }
    let set = |name: &&&str| variable(name).is_some_and(|value| !value.is_empty());
    let name = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find(set).copied().unwrap_or("LANG");
    let value = variable(name).unwrap_or_default().to_lowercase().replace('-', "");
    (!value.contains("utf8")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(any(windows, target_os = "macos")))]
    fn a_locale_without_utf_8_means_ascii() {
        let ascii = |set: &[(&str, &str)]| {
            locale(&|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(ascii(&[("LANG", "en_US.UTF-8")]), None);
        assert_eq!(ascii(&[("LANG", "C.utf8")]), None);
        assert_eq!(ascii(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")]), Some("LC_ALL"));
        assert_eq!(ascii(&[("LC_ALL", ""), ("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]), None);
        assert_eq!(ascii(&[("LANG", "de_DE.ISO-8859-1")]), Some("LANG"));
        assert_eq!(ascii(&[]), Some("LANG"), "as C");
    }
}
