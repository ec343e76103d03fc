//! Every command with its keys, to be read, to be searched by its words, and to be run with Enter.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;
use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use super::menu::Menu;
use super::overlay::{ListArea, Overlay};
use crate::tui::command::{Command, Group};
use crate::tui::effect::Effect;
use crate::tui::model::Model;
use crate::tui::paint::{below, box_area, boxed, lines, prompt, row, title};
use crate::tui::scan_index::ScanIndex;
use crate::tui::scrolling::{along, inside, window};
use crate::tui::styled_text::ended;
use crate::tui::theme::Tone;
use crate::tui::update::perform::perform;
use crate::tui::way::Way;

/// What stands in a line of the help.
#[derive(Clone, Copy)]
enum HelpLine {
    Heading(&'static str),
    /// A command, and whether it would do anything.
    Command(&'static Command, bool),
    Text(&'static str),
}

/// The signs of the screens, below the keys.
const SIGNS: &[&str] = &[
    "◆ distribution  ● extension module  ○ library  ▷ program  · system",
    "✗ error, not found  ✗↓ cannot load because of another  ▲ warning  ! nonstandard install name",
    "── loader  ╌╌ NumPy's C API  ┄┄ Python import  ┈┈ in a function or where it may fail",
    "◇ Python module  ∅ not found  ◄ back, in a cycle  ↔ in a cycle",
    "≡ several drawn as one  + more  ► opens  ↑ breaks so many imports; in the tree: shown above",
];

/// The help, its prompt, and the line under the cursor.
pub struct Help {
    pub input: Input,
    commands: &'static [&'static Command],
    entries: Vec<HelpLine>,
    /// Which commands would do something when the help was opened.
    enabled: Vec<bool>,
    /// The commands of the view from which it was opened, and what Enter does there.
    here: Vec<&'static str>,
    enter: &'static str,
    cursor: usize,
}

/// Opens the help, or closes it.
pub fn toggle(model: &mut Model) -> Option<Effect> {
    let is_open = model.overlay::<Help>().is_some();
    model.modal = None;
    if is_open {
        return None;
    }
    let commands = model.tables.commands;
    // The commands of a menu can be run from here too.
    let enabled = |command: &&'static Command| command.group.menu().is_some() || (command.enabled)(model);
    let enabled = commands.iter().map(enabled).collect();
    // What the footer would say, had it the room.
    let is_here = |command: &&&'static Command| {
        let is_of_view = matches!(command.group, Group::Look | Group::Ask) && !command.hint.is_empty();
        is_of_view && (command.is_hinted)(model) && (command.enabled)(model)
    };
    let here = commands.iter().filter(is_here).map(|command| command.id).collect();
    let enter = model.view.enter;
    let mut help = Help { input: Input::default(), commands, entries: Vec::new(), enabled, here, enter, cursor: 0 };
    help.look();
    model.modal = Some(Box::new(help));
    None
}

impl Help {
    /// Lists what the words in the prompt fit: all, those of this view first, then by group; or the best first.
    fn look(&mut self) {
        let commands = self.commands.iter().copied().zip(self.enabled.iter().copied());
        let query = self.input.value();
        self.entries = if query.trim().is_empty() {
            let entry = |(command, is_on)| HelpLine::Command(command, is_on);
            let is_here = |command: &Command| self.here.contains(&command.id);
            let here = commands.clone().filter(|(command, _)| is_here(command)).map(entry);
            let of = |group: Group| {
                let members = commands.clone().filter(move |(command, _)| command.group == group && !is_here(command));
                std::iter::once(HelpLine::Heading(group.word())).chain(members.map(entry))
            };
            let signs = SIGNS.iter().map(|sign| HelpLine::Text(sign));
            let here = std::iter::once(HelpLine::Heading("This view")).chain(here);
            here.chain(Group::ALL.into_iter().flat_map(of)).chain(signs).collect()
        } else {
            let mut found: Vec<(i64, &'static Command, bool)> =
                commands.filter_map(|(command, is_on)| Some((score(command, query)?, command, is_on))).collect();
            // The sort is stable: of the same score, the table's order stays.
            found.sort_by_key(|&(score, _, is_on)| (!is_on, -score));
            found.into_iter().map(|(_, command, is_on)| HelpLine::Command(command, is_on)).collect()
        };
        self.cursor = 0;
        if matches!(self.entries.first(), Some(HelpLine::Heading(_))) {
            self.cursor = 1;
        }
    }

    /// The command under the cursor.
    fn command(&self) -> Option<&'static Command> {
        match self.entries.get(self.cursor)? {
            HelpLine::Command(command, _) => Some(command),
            _ => None,
        }
    }

    fn size(&self) -> (u16, u16) {
        let all = self.commands.len() + 1 + Group::ALL.len() + SIGNS.len();
        (88, all as u16 + 3)
    }
}

impl Overlay for Help {
    fn open(self: Box<Self>, model: &mut Model) -> Option<Effect> {
        let Some(command) = self.command() else {
            model.modal = Some(self);
            return None;
        };
        // A command of a menu is run as if the menu were open.
        if command.group.menu().is_some() {
            model.modal = Some(Box::new(Menu(command.group)));
        }
        perform(model, command)
    }

    fn enter(&self) -> &'static str {
        "do it"
    }

    fn is_prompt(&self) -> bool {
        true
    }

    fn input(&mut self) -> Option<&mut Input> {
        Some(&mut self.input)
    }

    fn edited(&mut self, _: Option<&ScanIndex>) -> Option<Effect> {
        self.look();
        None
    }

    fn step(&mut self, way: Way) -> Option<Effect> {
        let before = self.cursor;
        self.cursor = along(self.cursor, self.entries.len(), way);
        // Headings are passed over.
        if matches!(self.entries.get(self.cursor), Some(HelpLine::Heading(_))) {
            let on = if self.cursor < before { Way::Up } else { Way::Down };
            self.cursor = along(self.cursor, self.entries.len(), on).max(1);
        }
        None
    }

    fn list(&self, body: Rect) -> Option<ListArea> {
        Some((below(inside(box_area(self.size(), body))), self.entries.len(), self.cursor))
    }

    fn cursor(&mut self) -> Option<(&mut usize, usize)> {
        Some((&mut self.cursor, self.entries.len()))
    }

    fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) {
        let shown = self.entries.iter().filter(|entry| matches!(entry, HelpLine::Command(..))).count();
        let heading = title(model, &format!("Commands {shown} of {}", self.commands.len()));
        let inside = boxed(model, heading, self.size(), body, buffer);
        prompt(model, (":", "words: sort, copy the path, system …"), &self.input, inside, buffer);
        let below = below(inside);
        if self.entries.is_empty() {
            Line::styled("  no command has these words", model.theme.style(Tone::Dim))
                .render(Rect { height: below.height.min(1), ..below }, buffer);
        }
        for (at, area) in window(self.entries.len(), self.cursor, below.height.into()).zip(lines(below)) {
            let line = self.line(model, self.entries[at], area.width.into());
            row(model, &line, area, (at == self.cursor).then_some(true), buffer);
        }
    }
}

/// How well all words fit the command's title, name or group; best where one begins with what was typed.
fn score(command: &Command, query: &str) -> Option<i64> {
    let matcher = SkimMatcherV2::default();
    let text =
        format!("{} {} {} {} {}", command.title, command.aliases, command.id, command.hint, command.group.word());
    let begins = |word: &str| text.split([' ', '-', ':']).any(|known| known.starts_with(word));
    let of = |word| Some(matcher.fuzzy_match(&text, word)? + if begins(word) { BEGINS } else { 0 });
    let named = if command.id.starts_with(query.trim()) { BEGINS } else { 0 };
    Some(query.split_whitespace().map(of).sum::<Option<i64>>()? + named)
}

/// What the beginning of a word is worth: more than letters from here and there.
const BEGINS: i64 = 100;

/// The columns of the keys and of the commands' names; the titles have the rest.
const KEYS: usize = 18;
const NAMES: usize = 17;

impl Help {
    fn line(&self, model: &Model, entry: HelpLine, width: usize) -> Line<'static> {
        let theme = &model.theme;
        match entry {
            HelpLine::Heading(text) => Line::styled(format!(" {text}"), theme.style(Tone::Strong)),
            HelpLine::Text(text) => Line::styled(format!("   {text}"), theme.style(Tone::Dim)),
            HelpLine::Command(command, is_on) => {
                // The keys of a menu count behind the one that opens it.
                let opener = command.group.opener().and_then(|id| model.keymap.names(id).first().copied());
                let opened = |name: &str| opener.map_or_else(|| name.to_owned(), |opener| format!("{opener}{name}"));
                let keys = model.keymap.names(command.id).into_iter().map(opened).collect::<Vec<_>>().join(" ");
                let blank = " ".repeat(KEYS.saturating_sub(keys.width()));
                let (key, words) = if is_on { (Tone::Key, Tone::Plain) } else { (Tone::Dim, Tone::Dim) };
                let title = if command.id == "open" && !self.enter.is_empty() { self.enter } else { command.title };
                let room = width.saturating_sub(KEYS + NAMES + 5);
                let title = format!("{:<room$}", ended(title, room));
                Line::from(vec![
                    Span::styled(format!("   {keys}{blank} "), theme.style(key)),
                    Span::styled(title, theme.style(words)),
                    // By its name its keys are bound in the configuration.
                    Span::styled(format!(" {}", command.id), theme.style(Tone::Dim)),
                ])
            }
        }
    }
}
