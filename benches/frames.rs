//! How long a key takes until the screen shows what it did: a synthetic environment of 10,000 modules and 60,000 edges,
//! walked through with keys, and one of 50,000 modules, searched.
//!
//! `cargo bench --bench frames` prints each number beside its goal, and fails where one is missed. What is laid out beside
//! the screen is not waited for, as the person does not wait for it: it is told by itself. `cargo bench --bench frames --
//! ENVIRONMENT` walks through a real environment instead.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench has a disk, a clock and a screen"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dylens::discover::{Machine, Request};
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::tui::commands::tables;
use dylens::tui::draw::frame;
use dylens::tui::message::Msg;
use dylens::tui::model::Model;
use dylens::tui::picture::{DisplayOptions, Picture, Scope};
use dylens::tui::scan_index::{NodeKind, ScanIndex};
use dylens::tui::theme::Theme;
use dylens::tui::update::update;
use dylens::vfs::{Disk, VPath};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const MODULES: usize = 10_000;
const LIBRARIES: usize = 600;
const PACKAGES: usize = 200;
/// What is searched must not be small.
const CANDIDATES: usize = 50_000;
/// A neighborhood of so many items is laid out.
const ITEMS: usize = 300;
const SIZE: (u16, u16) = (160, 48);
/// How often the same keys are pressed.
const WALKS: usize = 5;

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

const SITE: &str = "/env/lib/python3.11/site-packages";

/// An interpreter, a C library, and no module yet.
fn bare() -> String {
    String::from(
        "//* levels=x86-64-v2\n//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.9\n\
         //- /env/bin/python3 -> /usr/bin/python3.11\n\
         //- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie\n\
         //- /usr/lib/python3.11/os.py\n\
         //- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2\n\
         //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2\n",
    )
}

/// An environment with many edges, as a world of text.
fn dense() -> String {
    let mut dice = Dice(42);
    let mut text = bare();
    for library in 0..LIBRARIES {
        // Libraries need later ones, and one in a hundred something that is nowhere.
        let mut needs: Vec<String> = (0..4)
            .map(|_| library + 1 + dice.below(LIBRARIES))
            .filter(|other| *other < LIBRARIES)
            .map(|other| format!("lib{other}.so"))
            .collect();
        if library % 100 == 7 {
            needs.push(format!("libmissing{library}.so.1"));
        }
        needs.push("libc.so.6".into());
        let _ = writeln!(
            text,
            "//- {SITE}/libs/lib{library}.so elf x86_64 soname:lib{library}.so needs:{} rpath:$ORIGIN",
            needs.join(",")
        );
    }
    for module in 0..MODULES {
        let package = module % PACKAGES;
        let needs: Vec<String> = (0..5).map(|_| format!("lib{}.so", dice.below(LIBRARIES))).collect();
        let _ = writeln!(
            text,
            "//- {SITE}/p{package}/_m{module}.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__m{module} needs:{},libc.so.6 rpath:$ORIGIN/../libs",
            needs.join(",")
        );
    }
    text
}

/// An environment with many modules that are all named otherwise.
fn wide() -> String {
    const WORDS: [&str; 12] =
        ["core", "linalg", "random", "sparse", "image", "signal", "spatial", "stats", "fast", "io", "graph", "tree"];
    let mut dice = Dice(7);
    let mut text = bare();
    for module in 0..CANDIDATES {
        let (one, other) = (WORDS[dice.below(WORDS.len())], WORDS[dice.below(WORDS.len())]);
        let _ = writeln!(
            text,
            "//- {SITE}/pkg{}/_{one}_{other}{module}.abi3.so elf x86_64 defines:PyInit__{one}_{other}{module} needs:libc.so.6",
            module % 100
        );
    }
    text
}

fn synthetic(world: &str) -> Arc<ScanIndex> {
    let text = dylens::world::text::read(world).expect("a world");
    let machine = Machine::described(&text.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request::of(VPath::new("/env"));
    Arc::new(ScanIndex::new(Scan::of(Arc::new(text.files), &machine, &request, &progress).expect("a scan")))
}

fn real(path: &str) -> Arc<ScanIndex> {
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request::of(Disk::path(Path::new(path)));
    Arc::new(ScanIndex::new(Scan::of(Arc::new(Disk), &Machine::this(), &request, &progress).expect("a scan")))
}

fn key(letter: char) -> KeyEvent {
    let code = match letter {
        '⏎' => KeyCode::Enter,
        '⎋' => KeyCode::Esc,
        letter => KeyCode::Char(letter),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// A walk through every view: lists, pictures, searches, menus.
const WALK: &str = "jjjjkkjj2hjjllkkhhllHHLL+-+-hjhj3jjllvjjkkvjjkk4jjjjlljjjjhhjj5jjjllljjjhhh6jjjjjjkk\
    1/lib4⎋/m12 p1⏎hhll/is:missing⏎llhhw⎋W⎋2]]][[[fs⎋fs⎋?scope⎋yn1jjjjjj";
/// Searches as people type them, letter by letter.
const SEARCHES: &str = "/linalg⎋/sparse core⎋/pkg12 im⎋/e⎋/kind:module g⎋/_io4999⎋/zzz⎋";

fn percentile(times: &[Duration], hundredths: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[(times.len() - 1) * hundredths / 100]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// What is measured, and what is promised of it.
#[derive(Default)]
struct Table {
    is_missed: bool,
}

impl Table {
    fn tell(&mut self, what: &str, time: Duration, goal: u64) {
        let is_met = time <= Duration::from_millis(goal);
        self.is_missed |= !is_met;
        println!("{what:<54} {:>9.3} ms {goal:>6} ms  {}", ms(time), if is_met { "met" } else { "MISSED" });
    }
}

/// A face whose terminal takes all and shows nothing.
struct Face {
    model: Model,
    terminal: Terminal<CrosstermBackend<std::io::Sink>>,
    /// From each key until it is drawn, with what was typed last.
    keys: Vec<(Duration, String)>,
    frames: Vec<Duration>,
    /// What was laid out beside the screen.
    beside: Vec<Duration>,
}

impl Face {
    fn of(scan_index: &Arc<ScanIndex>) -> Face {
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, SIZE.0, SIZE.1)) };
        let terminal = Terminal::with_options(CrosstermBackend::new(std::io::sink()), options).expect("a terminal");
        let model = Model::new(tables(), Theme::default(), SIZE);
        let mut face = Face { model, terminal, keys: Vec::new(), frames: Vec::new(), beside: Vec::new() };
        update(&mut face.model, Msg::Scanned(scan_index.clone()));
        face.draw();
        face.draw_beside();
        face
    }

    fn draw(&mut self) {
        let model = &self.model;
        self.terminal.draw(|target| frame(model, target)).expect("a frame");
    }

    fn press(&mut self, keys: &str) {
        let mut typed = String::new();
        for letter in keys.chars() {
            typed.push(letter);
            let begun = Instant::now();
            update(&mut self.model, Msg::Key(key(letter)));
            let updated = Instant::now();
            self.draw();
            self.frames.push(updated.elapsed());
            let last: String = typed.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
            self.keys.push((begun.elapsed(), format!("{last:<10} {}", self.model.view.title)));
            self.draw_beside();
        }
    }

    /// The same keys, pressed a few times in faces that are all alike: of each key the shortest time, as all longer ones
    /// are other programs' doing.
    fn pressed(scan_index: &Arc<ScanIndex>, keys: &str) -> Face {
        let walk = |_| {
            let mut face = Face::of(scan_index);
            face.press(keys);
            face
        };
        let shortest = |mut one: Face, other: Face| {
            one.keys.iter_mut().zip(&other.keys).for_each(|(key, other)| key.0 = key.0.min(other.0));
            one.frames.iter_mut().zip(&other.frames).for_each(|(frame, other)| *frame = (*frame).min(*other));
            one.beside.iter_mut().zip(&other.beside).for_each(|(time, other)| *time = (*time).min(*other));
            one
        };
        (0..WALKS).map(walk).reduce(shortest).expect("it is walked")
    }

    /// Does what the program does on another thread.
    fn draw_beside(&mut self) {
        for drawing in self.model.drawings.clone() {
            let begun = Instant::now();
            let picture = drawing.made();
            self.beside.push(begun.elapsed());
            let begun = Instant::now();
            update(&mut self.model, Msg::Drawn(drawing.number, Box::new(picture)));
            self.draw();
            self.frames.push(begun.elapsed());
        }
    }

    fn times(&self) -> Vec<Duration> {
        self.keys.iter().map(|(time, _)| *time).collect()
    }

    /// The slowest key of each view.
    fn tell_slowest(&self) {
        let mut slowest = BTreeMap::<&str, &(Duration, String)>::new();
        for key in &self.keys {
            let view = key.1.rsplit(' ').next().unwrap_or_default();
            let known = slowest.entry(view).or_insert(key);
            if key.0 > known.0 {
                *known = key;
            }
        }
        for (time, typed) in slowest.values() {
            println!("  slowest: {typed:<43} {:>9.3} ms", ms(*time));
        }
    }
}

/// From the start of the program until something is on the terminal.
fn first_frame() -> Duration {
    let size = PtySize { rows: SIZE.1, cols: SIZE.0, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dylens"));
    command.args(["--demo=linux"]);
    command.env_clear();
    command.env("TERM", "xterm-256color");
    let mut reader = pty.master.try_clone_reader().expect("a reader");
    let begun = Instant::now();
    let mut child = pty.slave.spawn_command(command).expect("the program starts");
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&seen).contains("dylens") {
        let count = reader.read(&mut buffer).expect("a frame");
        seen.extend_from_slice(&buffer[..count]);
    }
    let time = begun.elapsed();
    let _ = child.kill();
    let _ = child.wait();
    time
}

/// The focus of the library with most neighbors, in which so many are opened by hand that at least [`ITEMS`] items are drawn.
fn neighborhood(scan_index: &ScanIndex) -> (usize, Vec<Duration>) {
    let libraries = scan_index.entries().filter(|(_, entry)| entry.kind == NodeKind::Library).map(|(node, _)| node);
    let graph = &scan_index.scan.graph.inner;
    let widest = libraries.max_by_key(|&node| graph.neighbors_undirected(node).count()).expect("a library");
    let mut around: Vec<_> = graph.neighbors_undirected(widest).collect();
    around.extend(around.clone().into_iter().flat_map(|node| graph.neighbors_undirected(node)));
    let made = |opened: usize| {
        let opened = around.iter().take(opened).copied().collect();
        let display = DisplayOptions { twins: false, depth: Some(2), opened, ..DisplayOptions::default() };
        Picture::of(scan_index, widest, Scope::Focus, &display, (SIZE, SIZE.1))
    };
    let is_enough = |opened: &usize| made(*opened).sketch.items.len() >= ITEMS;
    let opened = (50..around.len()).step_by(50).find(is_enough).expect("enough items");
    let items = made(opened).sketch.items.len();
    let timed = |_| {
        let begun = Instant::now();
        std::hint::black_box(made(opened));
        begun.elapsed()
    };
    (items, (0..50).map(timed).collect())
}

/// The overview of everything, as long as it takes to be made, and the frames in which it is walked through.
fn tell_overview(table: &mut Table, scan_index: &Arc<ScanIndex>) {
    let (center, _) = scan_index.entries().next().expect("a node");
    let room = (SIZE.0, SIZE.1 / 2);
    let made = || Picture::of(scan_index, center, Scope::Overview, &DisplayOptions::default(), (room, SIZE.1));
    let timed = |_| {
        let begun = Instant::now();
        std::hint::black_box(made());
        begun.elapsed()
    };
    let times: Vec<Duration> = (0..10).map(timed).collect();
    let packages: usize = made().sketch.items.iter().map(|item| item.nodes.len()).sum();
    let face = Face::pressed(scan_index, "2jjjjkkkkllhh");
    table.tell(&format!("overview of {packages} nodes: frame, 99 of 100"), percentile(&face.frames, 99), 16);
    // As many nodes and edges are gone through as there are; each costs so much.
    let edges = scan_index.scan.graph.inner.edge_count();
    let time = percentile(&times, 50);
    let each = time.as_secs_f64() * 1e9 / edges as f64;
    println!("{:<54} {:>9.3} ms  (nobody waits; {each:.0} ns an edge)", "overview, made beside the screen", ms(time));
}

fn tell_size(name: &str, scan_index: &ScanIndex, begun: Instant) {
    let graph = &scan_index.scan.graph.inner;
    let [modules, nodes, edges] = [scan_index.scan.modules(), graph.node_count(), graph.edge_count()];
    println!(
        "{name}: {modules} modules, {nodes} nodes, {edges} edges; ready in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}

fn main() {
    let mut table = Table::default();
    let begun = Instant::now();
    let named = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let scan_index = match &named {
        Some(path) => real(path),
        None => synthetic(&dense()),
    };
    tell_size("walked", &scan_index, begun);
    let face = Face::pressed(&scan_index, WALK);
    face.tell_slowest();
    println!("{:<54} {:>12} {:>9}", "", "measured", "goal");
    table.tell(&format!("frame, median of {}", face.frames.len()), percentile(&face.frames, 50), 4);
    table.tell("frame, 99 of 100", percentile(&face.frames, 99), 16);
    table.tell(&format!("key to screen, median of {}", face.keys.len()), percentile(&face.times(), 50), 4);
    table.tell("key to screen, 99 of 100", percentile(&face.times(), 99), 16);
    if !face.beside.is_empty() {
        let slowest = ms(percentile(&face.beside, 100));
        println!(
            "{:<54} {slowest:>9.3} ms  (nobody waits)",
            format!("laid out beside the screen, slowest of {}", face.beside.len())
        );
    }
    if named.is_none() {
        let (items, times) = neighborhood(&scan_index);
        table.tell(&format!("focus of {items} items, reduced and laid out"), percentile(&times, 50), 10);
        tell_overview(&mut table, &scan_index);
        drop(scan_index);
        let begun = Instant::now();
        let scan_index = synthetic(&wide());
        tell_size("searched", &scan_index, begun);
        let face = Face::pressed(&scan_index, SEARCHES);
        face.tell_slowest();
        table.tell("key of a search to screen, median", percentile(&face.times(), 50), 8);
        table.tell("key of a search to screen, 99 of 100", percentile(&face.times(), 99), 16);
    }
    let firsts: Vec<Duration> = (0..9).map(|_| first_frame()).collect();
    table.tell("first frame of the program, shortest of 9", percentile(&firsts, 0), 50);
    if table.is_missed {
        std::process::exit(1);
    }
}
