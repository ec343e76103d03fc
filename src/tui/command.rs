//! What a command is: an entry of a table, from which keys, footer, menus, help and the book are derived.

use super::effect::Effect;
use super::model::Model;
use super::view::entry::View;

/// Under which heading the help shows a command. A group with a menu of its own has its keys there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Look,
    Ask,
    Move,
    Program,
    Filter,
    Yank,
    Place,
}

impl Group {
    pub const ALL: [Group; 7] =
        [Group::Look, Group::Ask, Group::Move, Group::Program, Group::Filter, Group::Yank, Group::Place];

    pub fn word(self) -> &'static str {
        match self {
            Group::Move => "Moving",
            Group::Look => "Looking",
            Group::Ask => "Asking",
            Group::Program => "Program",
            Group::Filter => "In the filter menu",
            Group::Yank => "In the copy menu",
            Group::Place => "In the place menu",
        }
    }

    /// The command that opens its menu.
    pub fn opener(self) -> Option<&'static str> {
        match self {
            Group::Filter => Some("filter"),
            Group::Yank => Some("copy"),
            Group::Place => Some("place"),
            _ => None,
        }
    }

    /// The title of its menu; none where its keys count everywhere.
    pub fn menu(self) -> Option<&'static str> {
        match self {
            Group::Filter => Some("Filter"),
            Group::Yank => Some("Copy"),
            Group::Place => Some("Place"),
            _ => None,
        }
    }
}

/// A thing to do, with its words.
pub struct Command {
    /// The name in `assets/keys.toml`.
    pub id: &'static str,
    pub group: Group,
    /// What help and palette say.
    pub title: &'static str,
    /// Other words by which people look for it.
    pub aliases: &'static str,
    /// What the footer says; empty where it says nothing.
    pub hint: &'static str,
    /// Is it worth saying there now?
    pub is_hinted: fn(&Model) -> bool,
    /// Would it do anything now?
    pub enabled: fn(&Model) -> bool,
    /// How that which it changes stands, for menus.
    pub state: fn(&Model) -> String,
    pub run: Run,
}

/// How a command is carried out.
#[derive(Clone, Copy)]
pub enum Run {
    Do(fn(&mut Model) -> Option<Effect>),
    Show(&'static View),
}

impl Command {
    pub const fn new(
        id: &'static str,
        group: Group,
        title: &'static str,
        run: fn(&mut Model) -> Option<Effect>,
    ) -> Command {
        Command {
            id,
            group,
            title,
            aliases: "",
            hint: "",
            is_hinted: Model::has_scan,
            enabled: Model::is_bare,
            state: |_| String::new(),
            run: Run::Do(run),
        }
    }

    /// With other words by which people look for it.
    pub const fn aliases(self, aliases: &'static str) -> Command {
        Command { aliases, ..self }
    }

    /// With a word for the footer.
    pub const fn hint(self, hint: &'static str) -> Command {
        Command { hint, ..self }
    }

    /// With a word for the footer, where there is a reason to say it.
    pub const fn hint_where(self, hint: &'static str, is_hinted: fn(&Model) -> bool) -> Command {
        Command { hint, is_hinted, ..self }
    }

    /// Only under a condition other than the usual one: a scan is there and nothing lies on top.
    pub const fn when(self, enabled: fn(&Model) -> bool) -> Command {
        Command { enabled, ..self }
    }

    /// Tells how it stands.
    pub const fn state(self, state: fn(&Model) -> String) -> Command {
        Command { state, ..self }
    }

    /// Does a count before it say how often it is done?
    pub fn repeats(&self) -> bool {
        const OTHERS: [&str; 6] = ["next-finding", "previous-finding", "next-hit", "previous-hit", "back", "forward"];
        self.group == Group::Move && self.id != "place" || OTHERS.contains(&self.id)
    }
}
