//! The loop: messages come through one channel into [`update`], effects are carried out, the screen is drawn.
//!
//! What runs on threads of their own lies in [`input`], [`scanner`], [`jobs`] and [`signals`]; they know the channel alone
//! ([`thread`]).

mod input;
mod jobs;
mod scanner;
mod signals;
mod thread;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

use self::input::read_input;
use self::jobs::{Draftsman, Jobs, SymbolReader, beside};
use self::scanner::Scanner;
use self::signals::Signals;
use self::thread::{Message, crashed, spawn};
use super::commands::tables;
use super::draw::frame;
use super::effect::{Effect, Want};
use super::message::Msg;
use super::model::Model;
use super::options::{Opener, Options, Place, Source};
use super::settings::Settings;
use super::state::Logged;
use super::terminal::Screen;
use super::update::update;
use super::watch::Watch;
use super::{clipboard, output};
use crate::error::Error;
use crate::printable::printable;

/// How often something that turns is turned.
const TICK: Duration = Duration::from_millis(100);

/// How long a burst of messages may keep the screen waiting.
const BURST: Duration = Duration::from_millis(8);

/// Runs until the person quits, a signal ends it, or there is nothing to show.
pub(super) fn run(
    source: Source,
    open: Opener,
    options: &Options,
    settings: Settings,
) -> io::Result<Result<(), Error>> {
    let signals = Signals::listen()?;
    let with_mouse = settings.mouse.value;
    let mut screen = Screen::take(with_mouse)?;
    let size = screen.terminal.size()?;
    let mut model = Model::new(tables(), settings.theme(options.no_color), (size.width, size.height));
    (model.keymap, model.with_mouse) = (settings.config.keymap, with_mouse);
    model.log = options.log.clone().map(Logged::new);
    model.diff = options.before.clone();
    model.told = complaint(&settings.config.wrong);
    screen.draw(|target| frame(&model, target))?;

    let (sender, messages) = channel();
    signals.tell(&sender);
    spawn(&sender, read_input);
    let watch = options.watch.then(Watch::default);
    if let Some(watch) = watch.clone() {
        spawn(&sender, move |sender| watch.look(|| sender.send(Message::Ours(Msg::Changed)).is_ok()));
    }
    let mut scanner = Scanner { source, open, before: None, sender, watch, number: 0, cancel: Arc::default() };
    scanner.start();
    let ended = turn(&mut model, &mut screen, &messages, &mut scanner);
    scanner.stop();
    drop(screen);
    if model.writing.is_some() {
        eprintln!("dylens: the export was not finished: no file was written");
    }
    signals.pass_on();
    ended
}

/// What is wrong in the configuration, in a line: the explorer starts all the same.
fn complaint(wrong: &[Error]) -> Option<String> {
    let more = match wrong.len() {
        0 | 1 => String::new(),
        many => format!(" (and {} more: dylens config)", many - 1),
    };
    wrong.first().map(|error| format!("{}{more}", printable(&error.to_string())))
}

/// Takes messages and draws, until an effect ends it.
fn turn(
    model: &mut Model,
    screen: &mut Screen,
    messages: &Receiver<Message>,
    scanner: &mut Scanner,
) -> io::Result<Result<(), Error>> {
    let mut ticked = Instant::now();
    let mut is_dirty = true;
    let mut jobs = Jobs::default();
    let mut draftsman = Draftsman::start(&scanner.sender);
    let mut reader = SymbolReader::start(&scanner.sender);
    loop {
        if is_dirty {
            draftsman.follow(model);
            reader.follow(model);
            screen.draw(|target| frame(model, target))?;
            is_dirty = false;
        }
        let first = match model.is_spinning() {
            true => messages.recv_timeout(TICK.saturating_sub(ticked.elapsed())),
            false => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let mut next = match first {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Ok(Ok(())),
        };
        // A burst (keys that are held, a walk's progress) is taken in and drawn once, but for one that does not end.
        let begun = Instant::now();
        while let Some(message) = next {
            let msg = match message {
                Message::Ours(msg) => msg,
                Message::OfScan(number, msg) if number == scanner.number => msg,
                Message::OfScan(..) => {
                    next = messages.try_recv().ok();
                    continue;
                }
                Message::Crashed => return Ok(Err(crashed())),
                Message::Broken(error) => return Err(error),
                Message::Continued => {
                    come_back(model, screen)?;
                    is_dirty = true;
                    next = messages.try_recv().ok();
                    continue;
                }
            };
            is_dirty |= !matches!(msg, Msg::Progress(_));
            scanner.settle(&msg);
            if let Some(effect) = update(model, msg)
                && let Some(end) = fulfill(effect, model, screen, (&mut *scanner, &mut jobs))?
            {
                return Ok(end);
            }
            next = if begun.elapsed() < BURST { messages.try_recv().ok() } else { None };
        }
        if model.is_spinning() && ticked.elapsed() >= TICK {
            ticked = Instant::now();
            update(model, Msg::Tick);
            is_dirty = true;
        }
    }
}

/// Does what the model wants; the answer ends the loop.
fn fulfill(
    effect: Effect,
    model: &mut Model,
    screen: &mut Screen,
    (scanner, jobs): (&mut Scanner, &mut Jobs),
) -> io::Result<Option<Result<(), Error>>> {
    let sender = &scanner.sender;
    match effect {
        Effect::Quit => return Ok(Some(Ok(()))),
        Effect::Fail(error) => return Ok(Some(Err(error))),
        Effect::Scan => scanner.start(),
        Effect::Stop => scanner.stop(),
        Effect::QuitWithFrame => {
            screen.keep_frame(model);
            return Ok(Some(Ok(())));
        }
        Effect::Copy(text) => {
            let told = match execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text.as_bytes())) {
                Ok(()) => format!("copied: {}", text.lines().next().unwrap_or_default()),
                Err(error) => format!("not copied: {error}"),
            };
            spawn(sender, move |_| clipboard::copy(&text));
            update(model, Msg::Told(told));
        }
        Effect::Preview { format, excerpt } => {
            jobs.preview.cancel();
            jobs.preview = beside(model, sender, (format, excerpt), |order, scan| order.preview(scan));
        }
        Effect::Export { format, excerpt, path } => {
            jobs.file = beside(model, sender, (format, excerpt), move |order, scan| order.write(scan, &path));
        }
        Effect::CopyExport { format, excerpt } => {
            jobs.file = beside(model, sender, (format, excerpt), |order, scan| order.text(scan));
        }
        Effect::Cancel if jobs.file.cancel() => drop(update(model, Msg::Cancelled)),
        // It is there already, and its thread is about to say so.
        Effect::Cancel => {}
        Effect::FindSymbols(name) => jobs.find_symbols(model, sender, name),
        Effect::Demo => scanner.look(&Place::Demo),
        Effect::Fetch(Want::Other, path) => scanner.look(&Place::Path(output::whole(&path))),
        Effect::Fetch(want, path) => scanner.fetch(want, output::whole(&path)),
        Effect::Mouse(is_ours) => screen.capture_mouse(is_ours)?,
        Effect::Suspend => suspend(model, screen)?,
    }
    Ok(None)
}

#[cfg(unix)]
fn suspend(_: &mut Model, screen: &mut Screen) -> io::Result<()> {
    screen.leave();
    signal_hook::low_level::raise(signal_hook::consts::SIGTSTP)?;
    // Where nobody could let it go on, the system does not stop a program.
    screen.enter()
}

/// Takes the terminal as if for the first time: whoever had it while the program was stopped has left it otherwise, and
/// the window may have changed.
fn come_back(model: &mut Model, screen: &mut Screen) -> io::Result<()> {
    screen.leave();
    screen.enter()?;
    let size = screen.terminal.size()?;
    update(model, Msg::Resize(size.width, size.height));
    Ok(())
}

#[cfg(not(unix))]
fn suspend(model: &mut Model, _: &mut Screen) -> io::Result<()> {
    update(model, Msg::Told("this system knows no suspending".into()));
    Ok(())
}
