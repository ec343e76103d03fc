//! Keys, and which command each stands for: data, read from `assets/keys.toml`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::command::{Command, Group};

/// A key as a person presses it: letters carry their case, so shift is part of the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
    /// Shift with a key that is no letter.
    pub shift: bool,
}

impl Key {
    pub fn of(event: KeyEvent) -> Key {
        // Ctrl and Alt together is AltGr on Windows: how brackets are typed on many keyboards.
        let with = |modifier| event.modifiers.contains(modifier);
        let carries_shift = matches!(event.code, KeyCode::Char(_) | KeyCode::BackTab);
        Key {
            code: event.code,
            ctrl: with(KeyModifiers::CONTROL) && !with(KeyModifiers::ALT),
            shift: with(KeyModifiers::SHIFT) && !carries_shift,
        }
    }

    /// Would it add to a line of text?
    pub fn is_text(self) -> bool {
        !self.ctrl && matches!(self.code, KeyCode::Char(_))
    }

    fn parse(text: &str) -> Option<Key> {
        let named = |name: &str| NAMES.iter().find(|(known, _)| *known == name).map(|&(_, code)| code);
        let (ctrl, name) = text.strip_prefix("ctrl-").map_or((false, text), |name| (true, name));
        let mut letters = name.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return Some(Key { code: KeyCode::Char(letter), ctrl, shift: false });
        }
        match (named(name), name.strip_prefix("shift-").and_then(named)) {
            (Some(code), _) => Some(Key { code, ctrl, shift: false }),
            // With a letter, shift is another letter.
            (None, Some(code)) if !matches!(code, KeyCode::Char(_)) => Some(Key { code, ctrl, shift: true }),
            _ => None,
        }
    }
}

const NAMES: &[(&str, KeyCode)] = &[
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("esc", KeyCode::Esc),
    ("space", KeyCode::Char(' ')),
    ("backspace", KeyCode::Backspace),
    ("f1", KeyCode::F(1)),
    ("f5", KeyCode::F(5)),
];

/// A key, its name as it is shown, and what it does.
#[derive(Clone)]
pub struct Binding {
    pub key: Key,
    pub name: String,
    pub command: &'static Command,
}

/// Which key does what.
#[derive(Clone, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
    commands: &'static [&'static Command],
}

/// The bindings that the program starts with.
const DEFAULT: &str = include_str!("../../assets/keys.toml");

impl Keymap {
    /// The keys that the program starts with.
    pub fn of(commands: &'static [&'static Command]) -> Keymap {
        Keymap::read(DEFAULT, commands).expect("the program's own key table is tested")
    }

    /// Reads a table of bindings.
    ///
    /// # Errors
    /// Says which entry is not understood.
    pub fn read(text: &str, commands: &'static [&'static Command]) -> Result<Keymap, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let mut keymap = Keymap { bindings: Vec::new(), commands };
        for (id, keys) in &table {
            let command = keymap.named(id)?;
            for name in keys.as_array().ok_or_else(|| format!("{id}: expected a list of keys"))? {
                let name = name.as_str().unwrap_or_default();
                let key = Key::parse(name).ok_or_else(|| format!("{id}: no key is called {name:?}"))?;
                keymap.bindings.push(Binding { key, name: name.to_owned(), command });
            }
        }
        Ok(keymap)
    }

    /// The command of this name.
    fn named(&self, id: &str) -> Result<&'static Command, String> {
        let command = self.commands.iter().copied().find(|command| command.id == id);
        command.ok_or_else(|| format!("no command is called {id}"))
    }

    /// The same with other keys for a command.
    ///
    /// # Errors
    /// Says which command or key is not known, or whose key it is already.
    pub fn rebound(&self, id: &str, names: &[String]) -> Result<(Keymap, &'static Command), String> {
        let command = self.named(id)?;
        let mut keymap = self.clone();
        keymap.bindings.retain(|binding| binding.command.id != id);
        for name in names {
            let key = Key::parse(name).ok_or_else(|| format!("{id}: no key is called {name:?}"))?;
            let same = |other: &&Binding| other.key == key && place(other.command) == place(command);
            if let Some(other) = keymap.bindings.iter().find(same) {
                return Err(format!("{id}: {name} is the key of {} already", other.command.id));
            }
            keymap.bindings.push(Binding { key, name: name.clone(), command });
        }
        Ok((keymap, command))
    }

    /// What a key does, in the menu of a group or outside of all; shift that means nothing is not there.
    pub fn command(&self, key: Key, menu: Option<Group>) -> Option<&'static Command> {
        let of = |key: Key| {
            let fits = |binding: &&Binding| binding.key == key && place(binding.command) == menu;
            self.bindings.iter().find(fits).map(|binding| binding.command)
        };
        of(key).or_else(|| of(Key { shift: false, ..key }))
    }

    /// The names of the keys of a command, the main one first.
    pub fn names(&self, id: &str) -> Vec<&str> {
        self.bindings.iter().filter(|binding| binding.command.id == id).map(|binding| binding.name.as_str()).collect()
    }
}

/// Where the keys of a command count: in the menu of its group, or outside of all.
fn place(command: &Command) -> Option<Group> {
    command.group.menu().map(|_| command.group)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::commands::commands;

    #[test]
    fn every_command_has_a_key_and_no_key_has_two_commands() {
        let keymap = Keymap::of(commands());
        for command in commands() {
            assert!(!keymap.names(command.id).is_empty(), "{} has no key in assets/keys.toml", command.id);
        }
        for (at, binding) in keymap.bindings.iter().enumerate() {
            let twice = keymap.bindings[..at].iter().find(|other| {
                let same = |binding: &Binding| (binding.key, place(binding.command));
                same(other) == same(binding)
            });
            assert!(twice.is_none(), "{} stands for two commands", binding.name);
        }
    }

    #[test]
    fn shift_counts_where_it_has_a_meaning_of_its_own() {
        let keymap = Keymap::of(commands());
        let of = |code, modifiers| keymap.command(Key::of(KeyEvent::new(code, modifiers)), None).map(|it| it.id);
        assert_eq!(of(KeyCode::Left, KeyModifiers::NONE), Some("left"));
        assert_eq!(of(KeyCode::Left, KeyModifiers::SHIFT), Some("pan-left"));
        assert_eq!(of(KeyCode::Enter, KeyModifiers::SHIFT), Some("open"), "nothing else is bound to it");
        assert_eq!(of(KeyCode::BackTab, KeyModifiers::SHIFT), Some("previous-pane"));
        assert_eq!(of(KeyCode::Char('G'), KeyModifiers::SHIFT), Some("bottom"));
    }

    #[test]
    fn a_wrong_table_is_refused_with_its_entry() {
        assert_eq!(Keymap::read("fly = ['x']", commands()).err().unwrap(), "no command is called fly");
        assert_eq!(Keymap::read("up = ['shift-x']", commands()).err().unwrap(), "up: no key is called \"shift-x\"");
        assert_eq!(Keymap::read("up = ['hyper-x']", commands()).err().unwrap(), "up: no key is called \"hyper-x\"");
    }
}
