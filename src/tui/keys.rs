//! What a person can do, and by which key: one table, from which dispatch, footer and help are derived.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Something that a person can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Move(Way),
    Scroll(Way),
    Show(super::model::View),
    Pane(Way),
    Open,
    Fold,
    Back,
    Forward,
    Finding(Way),
    Search,
    Why,
    Who,
    Copy,
    Filter,
    ToggleSystem,
    ToggleBroken,
    ClearFilter,
    Rescan,
    Help,
    Close,
    Quit,
    Leave,
    Suspend,
}

/// A direction, on the screen or in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
    Left,
    Right,
    Top,
    Bottom,
    HalfUp,
    HalfDown,
}

/// Under which heading the help shows a command; the filter's own keys count only in its menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Move,
    Look,
    Ask,
    Program,
    Filter,
}

impl Group {
    pub const ALL: [Group; 5] = [Group::Look, Group::Ask, Group::Move, Group::Program, Group::Filter];

    pub fn word(self) -> &'static str {
        match self {
            Group::Move => "Moving",
            Group::Look => "Looking",
            Group::Ask => "Asking",
            Group::Program => "Program",
            Group::Filter => "In the filter menu",
        }
    }
}

/// A thing to do, with its words.
#[derive(Debug)]
pub struct Command {
    /// The name in `assets/keys.toml`.
    pub id: &'static str,
    pub act: Act,
    pub group: Group,
    /// What the help says.
    pub title: &'static str,
    /// What the footer says; empty where it says nothing.
    pub hint: &'static str,
}

const fn command(id: &'static str, act: Act, group: Group, title: &'static str, hint: &'static str) -> Command {
    Command { id, act, group, title, hint }
}

use super::model::View;

/// Every command; the footer shows those with a hint in this order.
pub const COMMANDS: &[Command] = &[
    command("open", Act::Open, Group::Look, "center on the node, open the row", "open"),
    command("search", Act::Search, Group::Ask, "search every node", "search"),
    command("why", Act::Why, Group::Ask, "why is this here: the shortest ways to it", "why"),
    command("who", Act::Who, Group::Ask, "who needs this: everything above it", "who needs"),
    command("next-finding", Act::Finding(Way::Down), Group::Look, "next finding", "next finding"),
    command("previous-finding", Act::Finding(Way::Up), Group::Look, "previous finding", ""),
    command("copy", Act::Copy, Group::Ask, "copy the command that mends the finding", "copy fix"),
    command("next-pane", Act::Pane(Way::Down), Group::Look, "next pane", "pane"),
    command("previous-pane", Act::Pane(Way::Up), Group::Look, "previous pane", ""),
    command("filter", Act::Filter, Group::Look, "what is shown", "filter"),
    command("problems", Act::Show(View::Problems), Group::Look, "the findings", ""),
    command("graph", Act::Show(View::Graph), Group::Look, "the graph around the node", ""),
    command("tree", Act::Show(View::Tree), Group::Look, "the environment as a tree", ""),
    command("fold", Act::Fold, Group::Look, "expand or collapse the row", ""),
    command("back", Act::Back, Group::Look, "back to the node before", ""),
    command("forward", Act::Forward, Group::Look, "forward again", ""),
    command("up", Act::Move(Way::Up), Group::Move, "up", ""),
    command("down", Act::Move(Way::Down), Group::Move, "down", ""),
    command("left", Act::Move(Way::Left), Group::Move, "to a dependent; in the tree: collapse, parent", ""),
    command("right", Act::Move(Way::Right), Group::Move, "to a need; in the tree: expand, first child", ""),
    command("top", Act::Move(Way::Top), Group::Move, "first", ""),
    command("bottom", Act::Move(Way::Bottom), Group::Move, "last", ""),
    command("half-up", Act::Move(Way::HalfUp), Group::Move, "half a page up", ""),
    command("half-down", Act::Move(Way::HalfDown), Group::Move, "half a page down", ""),
    command("scroll-up", Act::Scroll(Way::Up), Group::Move, "scroll the evidence up", ""),
    command("scroll-down", Act::Scroll(Way::Down), Group::Move, "scroll the evidence down", ""),
    command("rescan", Act::Rescan, Group::Program, "scan again", ""),
    command("help", Act::Help, Group::Program, "all keys", "keys"),
    command("close", Act::Close, Group::Program, "close what lies on top; while scanning: stop and look", ""),
    command("quit", Act::Quit, Group::Program, "close what lies on top, or quit", "quit"),
    command("leave", Act::Leave, Group::Program, "quit at once", ""),
    command("suspend", Act::Suspend, Group::Program, "suspend", ""),
    command("filter-system", Act::ToggleSystem, Group::Filter, "system libraries", ""),
    command("filter-broken", Act::ToggleBroken, Group::Filter, "only what has findings, in the tree", ""),
    command("filter-clear", Act::ClearFilter, Group::Filter, "as at the start", ""),
];

/// A key as a person presses it: letters carry their case, so shift is part of the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
}

impl Key {
    pub fn of(event: KeyEvent) -> Key {
        // Ctrl and Alt together is AltGr on Windows: how brackets are typed on many keyboards.
        let with = |modifier| event.modifiers.contains(modifier);
        Key { code: event.code, ctrl: with(KeyModifiers::CONTROL) && !with(KeyModifiers::ALT) }
    }

    /// Would it add to a line of text?
    pub fn is_text(self) -> bool {
        !self.ctrl && matches!(self.code, KeyCode::Char(_))
    }

    fn parse(text: &str) -> Option<Key> {
        let (ctrl, name) = text.strip_prefix("ctrl-").map_or((false, text), |name| (true, name));
        let mut letters = name.chars();
        if let (Some(letter), None) = (letters.next(), letters.next()) {
            return Some(Key { code: KeyCode::Char(letter), ctrl });
        }
        let code = NAMES.iter().find(|(known, _)| *known == name).map(|&(_, code)| code)?;
        Some(Key { code, ctrl })
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
#[derive(Clone, Debug)]
pub struct Binding {
    pub key: Key,
    pub name: String,
    pub command: &'static Command,
}

/// Which key does what.
#[derive(Clone, Debug)]
pub struct Keymap(Vec<Binding>);

/// The bindings that the program starts with.
const DEFAULT: &str = include_str!("../../assets/keys.toml");

impl Default for Keymap {
    fn default() -> Keymap {
        Keymap::read(DEFAULT).expect("the program's own key table is tested")
    }
}

impl Keymap {
    /// Reads a table of bindings.
    ///
    /// # Errors
    /// Says which entry is not understood.
    pub fn read(text: &str) -> Result<Keymap, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let mut bindings = Vec::new();
        for (id, keys) in &table {
            let command =
                COMMANDS.iter().find(|command| command.id == id).ok_or_else(|| format!("no command is called {id}"))?;
            for name in keys.as_array().ok_or_else(|| format!("{id}: a list of keys is wanted"))? {
                let name = name.as_str().unwrap_or_default();
                let key = Key::parse(name).ok_or_else(|| format!("{id}: no key is called {name:?}"))?;
                bindings.push(Binding { key, name: name.to_owned(), command });
            }
        }
        Ok(Keymap(bindings))
    }

    /// What a key does, in the filter menu or elsewhere.
    pub fn command(&self, key: Key, in_filter: bool) -> Option<&'static Command> {
        let fits = |binding: &&Binding| binding.key == key && (binding.command.group == Group::Filter) == in_filter;
        self.0.iter().find(fits).map(|binding| binding.command)
    }

    /// The names of the keys of a command, the main one first.
    pub fn names(&self, id: &str) -> Vec<&str> {
        self.0.iter().filter(|binding| binding.command.id == id).map(|binding| binding.name.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_key_and_no_key_has_two_commands() {
        let keymap = Keymap::default();
        for command in COMMANDS {
            assert!(!keymap.names(command.id).is_empty(), "{} has no key in assets/keys.toml", command.id);
        }
        for (at, binding) in keymap.0.iter().enumerate() {
            let twice = keymap.0[..at].iter().find(|other| {
                let same = |binding: &Binding| (binding.key, binding.command.group == Group::Filter);
                same(other) == same(binding)
            });
            assert!(twice.is_none(), "{} stands for two commands", binding.name);
        }
    }

    #[test]
    fn a_wrong_table_is_refused_with_its_entry() {
        assert_eq!(Keymap::read("fly = ['x']").unwrap_err(), "no command is called fly");
        assert_eq!(Keymap::read("up = ['hyper-x']").unwrap_err(), "up: no key is called \"hyper-x\"");
    }
}
