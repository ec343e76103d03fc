//! How long a frame takes: a synthetic environment of 10,000 modules and 60,000 edges, walked with keys.
//!
//! `cargo bench --bench frames` prints the time of a frame, from key to screen, of the first frame of the real program on a
//! terminal, and of the layout of a neighborhood of 300 nodes; it fails where one is over its budget.

use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dylens::discover::{Machine, Request};
use dylens::scan::{Progress, Scan};
use dylens::tui::atlas::{Atlas, Sort};
use dylens::tui::draw::frame;
use dylens::tui::message::Msg;
use dylens::tui::model::Model;
use dylens::tui::picture::{Lens, Picture, Scope};
use dylens::tui::theme::Theme;
use dylens::tui::update::update;
use dylens::vfs::VPath;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

const MODULES: usize = 10_000;
const LIBRARIES: usize = 600;
const PACKAGES: usize = 200;
const SIZE: (u16, u16) = (160, 48);

/// Numbers that look random and are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

/// The environment, as a world of text.
fn world() -> String {
    let mut dice = Dice(42);
    let site = "/env/lib/python3.11/site-packages";
    let mut text = String::from(
        "//* levels=x86-64-v2\n//- /env/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.9\n\
         //- /env/bin/python3 -> /usr/bin/python3.11\n\
         //- /usr/bin/python3.11 elf x86_64 interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6 pie\n\
         //- /usr/lib/python3.11/os.py\n\
         //- /lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2\n\
         //- /lib64/libc.so.6 elf x86_64 soname:libc.so.6 needs:ld-linux-x86-64.so.2\n",
    );
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
            "//- {site}/libs/lib{library}.so elf x86_64 soname:lib{library}.so needs:{} rpath:$ORIGIN",
            needs.join(",")
        );
    }
    for module in 0..MODULES {
        let package = module % PACKAGES;
        let needs: Vec<String> = (0..5).map(|_| format!("lib{}.so", dice.below(LIBRARIES))).collect();
        let _ = writeln!(
            text,
            "//- {site}/p{package}/_m{module}.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__m{module} needs:{},libc.so.6 rpath:$ORIGIN/../libs",
            needs.join(",")
        );
    }
    text
}

fn atlas() -> Arc<Atlas> {
    let text = dylens::world::text::read(&world()).expect("a world");
    let machine = Machine::described(&text.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let request = Request::of(VPath::new("/env"));
    Arc::new(Atlas::new(Scan::of(Arc::new(text.files), &machine, &request, &progress).expect("a scan")))
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

fn percentile(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * hundredths / 100]
}

/// Says a number and whether it is within its budget.
fn tell(what: &str, time: Duration, budget: Duration) -> bool {
    let verdict = if time <= budget { "" } else { "   OVER BUDGET" };
    println!("{what:<46} {:>9.3} ms   of {:>5.1}{verdict}", time.as_secs_f64() * 1e3, budget.as_secs_f64() * 1e3);
    time <= budget
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

fn main() {
    let begun = Instant::now();
    let atlas = atlas();
    let graph = &atlas.scan.graph.inner;
    println!(
        "{} modules, {} nodes, {} edges, {} findings; scanned in {:.1} s",
        atlas.scan.modules(),
        graph.node_count(),
        graph.edge_count(),
        atlas.scan.findings.len(),
        begun.elapsed().as_secs_f64()
    );

    let area = Rect::new(0, 0, SIZE.0, SIZE.1);
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(Vec::new()), options).expect("a terminal");
    let mut model = Model::new(Theme::default(), SIZE);
    update(&mut model, Msg::Scanned(atlas.clone()));
    terminal.draw(|target| frame(&model, target)).expect("a frame");

    let (mut frames, mut keys) = (Vec::new(), Vec::new());
    let mut slowest = Vec::new();
    for (at, letter) in WALK.chars().filter(|letter| !letter.is_whitespace() || *letter == ' ').enumerate() {
        let begun = Instant::now();
        update(&mut model, Msg::Key(key(letter)));
        let drawn = Instant::now();
        terminal.draw(|target| frame(&model, target)).expect("a frame");
        frames.push(drawn.elapsed());
        keys.push(begun.elapsed());
        slowest.push((begun.elapsed(), at));
    }
    slowest.sort_unstable();
    println!("{} keys; the slowest are the last of:", keys.len());
    for (time, at) in slowest.iter().rev().take(4) {
        let keys: String = WALK.chars().skip(at.saturating_sub(8)).take(9).collect();
        println!("  {keys:<40} {:>9.3} ms", time.as_secs_f64() * 1e3);
    }

    let widest = atlas
        .entries()
        .filter(|(_, entry)| entry.sort == Sort::Library)
        .map(|(node, _)| node)
        .max_by_key(|&node| graph.neighbors_undirected(node).count());
    let lens = Lens { twins: false, depth: Some(2), ..Lens::default() };
    let mut layouts: Vec<Duration> = Vec::new();
    let mut items = 0;
    for _ in 0..50 {
        let begun = Instant::now();
        let picture = Picture::of(&atlas, widest.expect("a library"), Scope::Focus, &lens, (SIZE.0, 100));
        layouts.push(begun.elapsed());
        items = picture.sketch.items.len();
    }
    let mut firsts: Vec<Duration> = (0..5).map(|_| first_frame()).collect();

    let within = [
        tell("frame, median", percentile(&mut frames, 50), Duration::from_millis(4)),
        tell("frame, 99 of 100", percentile(&mut frames, 99), Duration::from_millis(16)),
        tell("key to screen, median", percentile(&mut keys, 50), Duration::from_millis(4)),
        tell("key to screen, 99 of 100", percentile(&mut keys, 99), Duration::from_millis(16)),
        tell(
            &format!("focus of {items} items, reduced and laid out"),
            percentile(&mut layouts, 50),
            Duration::from_millis(10),
        ),
        tell("first frame of the program, median of 5", percentile(&mut firsts, 50), Duration::from_millis(50)),
    ];
    if within.contains(&false) {
        std::process::exit(1);
    }
}
