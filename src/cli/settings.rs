//! `dylens keys` and `dylens config`: how the explorer is set up, and by whom.

use std::process::ExitCode;

use super::args::Arguments;
use super::{FOUND, output};
use crate::error::Error;
use crate::export::{Ink, Paint};
use crate::printable::printable;
use crate::tui;
use crate::tui::command::Group;
use crate::tui::commands::commands;
use crate::tui::keys::Keymap;
use crate::tui::settings::{Decider, Settings};

/// What the command line decides of the explorer.
pub(super) fn options(arguments: &Arguments) -> tui::Options {
    tui::Options {
        ascii: arguments.ascii,
        no_color: !output::is_colored(arguments, true),
        no_mouse: arguments.no_mouse,
        theme: arguments.theme.clone(),
        watch: arguments.watch,
        ..tui::Options::default()
    }
}

/// Prints every command of the explorer with its keys and the name by which it is bound, in their groups.
///
/// # Errors
/// Where nothing can be printed.
pub(super) fn keys(arguments: &Arguments) -> Result<ExitCode, Error> {
    let paint = output::paint(arguments, true);
    let settings = Settings::read(&options(arguments));
    complain(&settings);
    output::print(key_table(&settings.config.keymap, &paint).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn key_table(keymap: &Keymap, paint: &Paint) -> String {
    let names = |id: &str| keymap.names(id).join(" ");
    let all = commands();
    let width = |cell: &dyn Fn(&str) -> usize| all.iter().map(|command| cell(command.id)).max().unwrap_or_default();
    let (keys, ids) = (width(&|id| names(id).len()), width(&str::len));
    let mut text = String::new();
    for group in Group::ALL {
        let head = paint.ink(Ink::Strong, group.word());
        text += &format!("{}{head}\n", if text.is_empty() { "" } else { "\n" });
        for command in all.iter().filter(|command| command.group == group) {
            let id = paint.ink(Ink::Quiet, &format!("{:ids$}", command.id));
            let title = if paint.ascii { command.title.replace('…', "...") } else { command.title.to_owned() };
            text += &format!("  {:keys$}  {id}  {title}\n", names(command.id));
        }
    }
    text
}

/// Prints the settings that count, with who decided each.
///
/// # Errors
/// Where nothing can be printed.
pub(super) fn config(arguments: &Arguments) -> Result<ExitCode, Error> {
    let paint = output::paint(arguments, true);
    let settings = Settings::read(&options(arguments));
    output::print(table(arguments, &settings, &paint).as_bytes())?;
    complain(&settings);
    Ok(if settings.config.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(FOUND) })
}

fn table(arguments: &Arguments, settings: &Settings, paint: &Paint) -> String {
    let config = &settings.config;
    let path = config.path.as_ref().map(|path| printable(&path.to_string_lossy()));
    let file = || path.clone().unwrap_or_default();
    let by = |decider| match decider {
        Decider::Flag(name) | Decider::Variable(name) => name.to_owned(),
        Decider::File => file(),
        Decider::Default => "default".to_owned(),
    };
    let yes = |is: bool| if is { "true" } else { "false" }.to_owned();
    let colors = match output::colors(arguments, true) {
        (is, "") => (yes(is), "terminal".to_owned()),
        (is, who) => (yes(is), who.to_owned()),
    };
    let mut rows = vec![
        ("theme".to_owned(), settings.theme.value.to_owned(), by(settings.theme.by)),
        ("mouse".to_owned(), yes(settings.mouse.value), by(settings.mouse.by)),
        ("ascii".to_owned(), yes(settings.ascii.value), by(settings.ascii.by)),
        ("color".to_owned(), colors.0, colors.1),
        ("true color".to_owned(), yes(settings.true_color.value), by(settings.true_color.by)),
    ];
    let keys = |id: &&str| (format!("keys.{id}"), config.keymap.names(id).join(" "), file());
    rows.extend(config.rebound.iter().map(keys));
    let width = |cell: &dyn Fn(&(String, String, String)) -> usize| rows.iter().map(cell).max().unwrap_or_default();
    let (first, second) = (width(&|row| row.0.len()), width(&|row| row.1.len()));
    let state = match (&path, config.is_there) {
        (None, _) => "no folder for it is known".to_owned(),
        (Some(path), true) => path.clone(),
        (Some(path), false) => format!("{path} (not there)"),
    };
    let mut text = format!("{:first$}  {}\n", "file", paint.ink(Ink::Quiet, &state));
    for (name, value, by) in &rows {
        text += &format!("{name:first$}  {value:second$}  {}\n", paint.ink(Ink::Quiet, by));
    }
    text
}

/// What is wrong in the configuration.
fn complain(settings: &Settings) {
    settings.config.wrong.iter().for_each(output::complain);
}
