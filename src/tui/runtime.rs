//! Threads and the loop: a reader of keys, a scan, a listener for signals, and one channel into [`update`].

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::AtomicI32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};
use crossterm::execute;

use super::commands::tables;
use super::draw::frame;
use super::drawing::Drawing;
use super::effect::{Effect, Want};
use super::message::{Fetched, Msg};
use super::model::Model;
use super::options::{Opener, Options, Place, Source};
use super::output::{Job, Order};
use super::scan_index::ScanIndex;
use super::settings::Settings;
use super::state::Logged;
use super::symbols::{self, WantedSymbols};
use super::terminal::Screen;
use super::update::update;
use super::watch::Watch;
use super::way::Way;
use super::{clipboard, output};
use crate::error::Error;
use crate::export::{Excerpt, Format};
use crate::printable::printable;
use crate::scan::Scan;
use crate::survey::Progress;

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

/// What is under way beside the screen: exports, and a look for symbols.
#[derive(Default)]
struct Jobs {
    preview: Arc<Job>,
    file: Arc<Job>,
    /// Set when nobody waits for the symbols any more.
    find: Arc<AtomicBool>,
}

impl Jobs {
    /// Looks for symbols of a name, and for those of no other any more.
    fn find_symbols(&mut self, model: &Model, sender: &Sender<Message>, name: String) {
        self.find.store(true, Ordering::Relaxed);
        self.find = Arc::default();
        let Some(scan_index) = model.scan_index.clone().filter(|_| !name.is_empty()) else { return };
        let is_over = self.find.clone();
        spawn(sender, move |sender| {
            // The receiver is gone only when the program ends.
            let tell = |found| drop(sender.send(Message::Ours(Msg::FoundSymbols(found))));
            symbols::find(&scan_index, &name, &is_over, &tell);
        });
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.preview.cancel();
        self.file.cancel();
        self.find.store(true, Ordering::Relaxed);
    }
}

/// Makes an export of the scan on a thread of its own, and sends what comes of it. The answer is by what it is given up.
fn beside(
    model: &Model,
    sender: &Sender<Message>,
    (format, excerpt): (&'static Format, Excerpt),
    work: impl FnOnce(&Order, &Scan) -> Option<Msg> + Send + 'static,
) -> Arc<Job> {
    let job = Arc::<Job>::default();
    if let Some(scan_index) = model.scan_index.clone() {
        let job = job.clone();
        spawn(sender, move |sender| {
            // The receiver is gone only when the program ends.
            let tell = |bytes| drop(sender.send(Message::Ours(Msg::Writing(bytes))));
            let order = Order { format, excerpt, job: &job, tell: &tell };
            if let Some(msg) = work(&order, &scan_index.scan) {
                let _ = sender.send(Message::Ours(msg));
            }
        });
    }
    job
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

/// What comes through the channel: a message, or the end of a thread that should not have ended.
enum Message {
    Ours(Msg),
    /// What the scan of this number tells; an older one may still be at work, and of no interest.
    OfScan(u64, Msg),
    Crashed,
    /// The program was stopped, and goes on.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing tells of it there"))]
    Continued,
    Broken(io::Error),
}

/// Makes the pictures that are too large to be waited for, on a thread of its own.
struct Draftsman {
    drawings: Sender<Arc<Drawing>>,
    /// The number of the newest that was handed over.
    newest: u64,
}

impl Draftsman {
    fn start(sender: &Sender<Message>) -> Draftsman {
        let (drawings, wanted) = channel::<Arc<Drawing>>();
        spawn(sender, move |sender| {
            while let Ok(first) = wanted.recv() {
                // Of those that came while another was made, only the last of each place is still wanted.
                let mut waiting = vec![first];
                for drawing in wanted.try_iter() {
                    waiting.retain(|other| other.scope.place() != drawing.scope.place());
                    waiting.push(drawing);
                }
                for drawing in waiting {
                    let msg = Msg::Drawn(drawing.number, Box::new(drawing.made()));
                    if sender.send(Message::Ours(msg)).is_err() {
                        return;
                    }
                }
            }
        });
        Draftsman { drawings, newest: 0 }
    }

    /// Hands over what has come to be wanted.
    fn follow(&mut self, model: &Model) {
        let newest = self.newest;
        for drawing in model.drawings.iter().filter(|drawing| drawing.number > newest) {
            self.newest = self.newest.max(drawing.number);
            // Its thread ends only with the program.
            let _ = self.drawings.send(drawing.clone());
        }
    }
}

/// Reads the symbols of what is chosen, on a thread of its own.
struct SymbolReader {
    wanted: Sender<WantedSymbols>,
    /// The number of what was handed over last.
    number: u64,
}

impl SymbolReader {
    fn start(sender: &Sender<Message>) -> SymbolReader {
        let (wanted, asked) = channel();
        spawn(sender, move |sender| {
            symbols::read(&asked, &|read| sender.send(Message::Ours(Msg::Symbols(read))).is_ok());
        });
        SymbolReader { wanted, number: 0 }
    }

    /// Hands over what has come to be wanted.
    fn follow(&mut self, model: &Model) {
        if self.number == model.symbols.number {
            return;
        }
        self.number = model.symbols.number;
        if let Some(scan_index) = model.scan_index.clone().filter(|_| !model.symbols.wanted.is_empty()) {
            // Its thread ends only with the program.
            let _ = self.wanted.send((scan_index, model.symbols.wanted.clone()));
        }
    }
}

/// The scan's thread.
struct Scanner {
    source: Source,
    open: Opener,
    /// What was looked at before something else was asked for, until that is scanned.
    before: Option<Source>,
    sender: Sender<Message>,
    watch: Option<Watch>,
    /// How many scans were begun.
    number: u64,
    cancel: Arc<AtomicBool>,
}

impl Scanner {
    fn start(&mut self) {
        self.cancel = Arc::default();
        self.number += 1;
        let number = self.number;
        let (source, cancel, watch) = (self.source.clone(), self.cancel.clone(), self.watch.clone());
        spawn(&self.sender, move |sender| {
            // The receiver is gone only when the program ends.
            let tell = |event| drop(sender.send(Message::OfScan(number, Msg::Progress(event))));
            let progress = Progress { tell: &tell, cancel: &cancel };
            let msg = match source(&progress) {
                Ok(scan) => {
                    if let Some(watch) = watch {
                        watch.look_at(&scan);
                    }
                    Msg::Scanned(Arc::new(ScanIndex::new(scan)))
                }
                Err(error) => Msg::Failed(error),
            };
            let _ = sender.send(Message::OfScan(number, msg));
        });
    }

    /// Scans something else from now on.
    fn look(&mut self, place: &Place) {
        match (self.open)(place) {
            Ok(source) => {
                // What is scanned still is of no interest any more.
                self.stop();
                self.before = Some(std::mem::replace(&mut self.source, source));
                self.start();
            }
            Err(error) => drop(self.sender.send(Message::Ours(Msg::Failed(error)))),
        }
    }

    /// Where something else cannot be scanned, a rescan is one of what is shown.
    fn settle(&mut self, msg: &Msg) {
        match (msg, self.before.take()) {
            (Msg::Failed(_), Some(before)) => self.source = before,
            (Msg::Scanned(_), _) => {}
            (_, before) => self.before = before,
        }
    }

    /// Brings in a scan to compare with or a log.
    fn fetch(&self, want: Want, path: PathBuf) {
        let open = self.open.clone();
        spawn(&self.sender, move |sender| {
            let fetched = match want {
                Want::Log => fetched_log(&path),
                _ => open(&Place::Path(path)).and_then(|source| {
                    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
                    source(&progress).map(|scan| Fetched::Before(Arc::new(scan)))
                }),
            };
            let fetched = fetched.map_err(|error| error.to_string());
            let _ = sender.send(Message::Ours(Msg::Fetched(fetched)));
        });
    }

    fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

fn fetched_log(path: &Path) -> Result<Fetched, Error> {
    let log = File::open(path).and_then(|mut file| crate::buildlog::read(&mut file));
    let wrong = |error| Error::new(format!("{} cannot be read: {error}", path.display()), "name the file of a log");
    log.map(|log| Fetched::Log(Box::new(log))).map_err(wrong)
}

/// Runs something on a thread of its own. Where that panics, the terminal is given back already and the loop would wait
/// for ever: it is told to end.
fn spawn(sender: &Sender<Message>, work: impl FnOnce(Sender<Message>) + Send + 'static) {
    let sender = sender.clone();
    thread::spawn(move || {
        let _told = TellCrash(sender.clone());
        work(sender);
    });
}

struct TellCrash(Sender<Message>);

impl Drop for TellCrash {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.0.send(Message::Crashed);
        }
    }
}

fn crashed() -> Error {
    Error::new("a part of dylens ended with a panic", "report the words above; --no-tui prints the report without it")
}

fn read_input(sender: Sender<Message>) {
    let mut clicks = Clicks::default();
    // The first question sets up the listening: a window that changed before would never be heard of.
    let _ = event::poll(Duration::ZERO);
    if let Ok((width, height)) = crossterm::terminal::size() {
        let _ = sender.send(Message::Ours(Msg::Resize(width, height)));
    }
    loop {
        let message = match event::read() {
            Ok(event) => match translated(event, &mut clicks) {
                Some(msg) => Message::Ours(msg),
                None => continue,
            },
            Err(error) => Message::Broken(error),
        };
        let is_last = matches!(message, Message::Broken(_));
        if sender.send(message).is_err() || is_last {
            return;
        }
    }
}

/// Within this time a second click is a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The click before, and when it was.
#[derive(Default)]
struct Clicks(Option<(Instant, u16, u16)>);

impl Clicks {
    /// Is this the second one in the same place? A third begins anew.
    fn is_double(&mut self, column: u16, row: u16) -> bool {
        let is_second = matches!(self.0, Some((when, x, y)) if when.elapsed() < DOUBLE && (x, y) == (column, row));
        self.0 = (!is_second).then(|| (Instant::now(), column, row));
        is_second
    }
}

fn translated(event: Event, clicks: &mut Clicks) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::Mouse(MouseEvent { kind, column, row, .. }) => match kind {
            MouseEventKind::ScrollUp => Some(Msg::Wheel { way: Way::Up, column, row }),
            MouseEventKind::ScrollDown => Some(Msg::Wheel { way: Way::Down, column, row }),
            MouseEventKind::Down(MouseButton::Left) => {
                Some(Msg::Click { column, row, is_double: clicks.is_double(column, row) })
            }
            MouseEventKind::Drag(MouseButton::Left) => Some(Msg::Drag { column, row }),
            MouseEventKind::Up(MouseButton::Left) => Some(Msg::Release),
            _ => None,
        },
        _ => None,
    }
}

/// The signals that end a program, and the one that came; and that which lets it go on after it was stopped.
struct Signals {
    #[cfg(unix)]
    came: Arc<AtomicI32>,
    #[cfg(unix)]
    iterator: std::cell::RefCell<Option<signal_hook::iterator::Signals>>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Signals> {
        use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let iterator = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCONT])?;
        Ok(Signals { came: Arc::default(), iterator: Some(iterator).into() })
    }

    fn tell(&self, sender: &Sender<Message>) {
        use signal_hook::consts::SIGCONT;
        let Some(mut iterator) = self.iterator.take() else { return };
        let came = self.came.clone();
        spawn(sender, move |sender| {
            for signal in iterator.forever() {
                let message = match signal {
                    SIGCONT => Message::Continued,
                    _ => {
                        came.store(signal, Ordering::SeqCst);
                        Message::Ours(Msg::Terminate)
                    }
                };
                let _ = sender.send(message);
            }
        });
    }

    /// Dies of the signal that came, as if it had never been caught: whoever sent it sees that in the exit code.
    fn pass_on(&self) {
        let signal = self.came.load(Ordering::SeqCst);
        if signal != 0 {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Signals> {
        Ok(Signals {})
    }

    fn tell(&self, _: &Sender<Message>) {}

    fn pass_on(&self) {}
}
