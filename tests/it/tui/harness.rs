//! A face without a terminal: keys in, screens out.

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dylens::command::templates::PIP_REINSTALL;
use dylens::command::{Command, Remedy};
use dylens::diagnose::{Evidence, Facts, Finding, Rule, Severity};
use dylens::discover::{Machine, Overrides, Request};
use dylens::graph::NodeId;
use dylens::rule::RuleId;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::tui::commands::tables;
use dylens::tui::draw::draw;
use dylens::tui::effect::Effect;
use dylens::tui::message::Msg;
use dylens::tui::model::Model;
use dylens::tui::scan_index::ScanIndex;
use dylens::tui::symbols::{ReadSymbols, find};
use dylens::tui::theme::Theme;
use dylens::tui::update::update;
use dylens::vfs::{FileSystem, Kind, Memory, VPath};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub use crate::worlds::{MAC, MAC_BROKEN, WORLD};

const MISSING: Rule = Rule {
    id: RuleId::LIBRARY_MISSING,
    title: "library not found",
    severity: Severity::Error,
    why: "The loader tries each place that its rule names, in order, and none has the library. (ld.so(8))",
    remedy: "install the library",
    check: |_: &Facts, _| {},
};

/// A face at work.
pub struct Face {
    pub model: Model,
}

/// A face that shows a world with the findings of its missing libraries.
pub fn face(world: &str, size: (u16, u16)) -> Face {
    let mut face = Face::waiting(size);
    face.scanned(world);
    face
}

/// A face that shows a world in which nothing is wrong.
pub fn healthy(size: (u16, u16)) -> Face {
    let world = WORLD.replace("libopenblas.so.0,", "").replace("libjpeg.so.62,", "");
    face(&world, size)
}

/// A face that shows packages for macOS with what the rules find in them.
pub fn mac(world: &str, size: (u16, u16), overrides: &Overrides) -> Face {
    let text = dylens::world::text::read(world).expect("a world");
    let request = Request { overrides: overrides.clone(), ..Request::of(VPath::new("/t")) };
    judged(text.files, &request, size)
}

/// A face that shows an environment with what the rules find in it.
pub fn environment(world: &str, size: (u16, u16)) -> Face {
    let text = dylens::world::text::read(world).expect("a world");
    judged(text.files, &Request::of(VPath::new("/env")), size)
}

/// A face that shows wheels, each with its name and its members.
pub fn wheels(wheels: &[(&str, &str)], size: (u16, u16)) -> Face {
    let mut files = Memory::new();
    let path = |name: &str| VPath::new("/w").join(name);
    for (name, world) in wheels {
        let world = dylens::world::text::read(world).expect("a world").files;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        pack(&world, &VPath::new("/t"), &mut writer);
        files.file(&path(name), writer.finish().expect("an archive").into_inner());
    }
    let paths = wheels.iter().map(|(name, _)| path(name)).collect();
    judged(files, &Request { paths, ..Request::default() }, size)
}

fn pack(world: &Memory, folder: &VPath, writer: &mut ZipWriter<Cursor<Vec<u8>>>) {
    for entry in world.list(folder).expect("a folder") {
        let path = folder.join(&entry.name);
        match entry.kind {
            Kind::Directory => pack(world, &path, writer),
            _ => {
                let name = path.to_string();
                writer.start_file(&name["/t/".len()..], SimpleFileOptions::default()).expect("a member");
                writer.write_all(&world.read(&path, usize::MAX).expect("a file")).expect("its bytes");
            }
        }
    }
}

fn judged(files: Memory, request: &Request, size: (u16, u16)) -> Face {
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let scan = Scan::of(Arc::new(files), &Machine::described(&[]), request, &progress).expect("a scan");
    Face::of(scan, size)
}

pub fn scan(world: &str) -> Scan {
    let text = dylens::world::text::read(world).expect("a world");
    let machine = Machine::described(&text.settings);
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    let mut scan =
        Scan::of(Arc::new(text.files), &machine, &Request::of(VPath::new("/env")), &progress).expect("a scan");
    scan.outcomes = Default::default();
    scan.findings = vec![
        missing(&scan, "libopenblas.so.0", Some(PIP_REINSTALL.with(&[&"numpy"]).expect("a name"))),
        missing(&scan, "libjpeg.so.62", None),
    ]
    .into_iter()
    .flatten()
    .collect();
    scan
}

fn missing(scan: &Scan, name: &str, command: Option<Command>) -> Option<Finding> {
    let node = scan.graph.name(name.as_bytes())?;
    let dependents = scan.graph.dependents(node);
    let files: Vec<VPath> = dependents.iter().filter_map(|&(by, _)| scan.path_of(by)).collect();
    let &(by, edge) = dependents.first()?;
    Some(Finding {
        rule: &MISSING,
        severity: Severity::Error,
        node: Some(node),
        file: files[0].clone(),
        subject: name.into(),
        message: format!("{} needs {name}, which is nowhere to be found", scan.label(by)),
        prints: None,
        remedy: Remedy {
            text: "Install the distribution again.".into(),
            fixes: command.map(|it| vec![it]).into_iter().collect(),
        },
        evidence: vec![Evidence::Need { file: scan.file_of(by)?, need: edge.need, import: edge.first }],
        imports: Vec::new(),
        broken: Vec::new(),
        breaks: files.len(),
        files,
    })
}

impl Face {
    /// A face before its first scan.
    pub fn waiting(size: (u16, u16)) -> Face {
        Face { model: Model::new(tables(), Theme::default(), size) }
    }

    /// A face that shows a scan.
    pub fn of(scan: Scan, size: (u16, u16)) -> Face {
        let mut face = Face::waiting(size);
        update(&mut face.model, Msg::Scanned(Arc::new(ScanIndex::new(scan))));
        face.read();
        face
    }

    pub fn scanned(&mut self, world: &str) {
        update(&mut self.model, Msg::Scanned(Arc::new(ScanIndex::new(scan(world)))));
        self.read();
    }

    pub fn resize(&mut self, (width, height): (u16, u16)) {
        update(&mut self.model, Msg::Resize(width, height));
    }

    /// Types: letters stand for themselves, signs for the keys that show them.
    pub fn type_keys(&mut self, keys: &str) -> &mut Face {
        for letter in keys.chars() {
            if let Some(Effect::FindSymbols(name)) = self.press(letter) {
                self.find(&name);
            }
        }
        self
    }

    /// Reads the symbols that are wanted, as the program does beside the screen.
    pub fn read(&mut self) {
        let Some(scan_index) = self.model.scan_index.clone() else { return };
        for node in self.model.symbols.wanted.clone() {
            update(&mut self.model, Msg::Symbols(ReadSymbols::new(scan_index.clone(), node)));
        }
    }

    /// Looks for a symbol, as the program does beside the screen.
    fn find(&mut self, name: &str) {
        let Some(scan_index) = self.model.scan_index.clone().filter(|_| !name.is_empty()) else { return };
        let found = RefCell::new(Vec::new());
        find(&scan_index, name, &AtomicBool::new(false), &|some| found.borrow_mut().push(some));
        for some in found.into_inner() {
            update(&mut self.model, Msg::FoundSymbols(some));
        }
    }

    /// Presses one key; the answer is what the face wants done.
    pub fn press(&mut self, letter: char) -> Option<Effect> {
        let code = match letter {
            '⏎' => KeyCode::Enter,
            '⎋' => KeyCode::Esc,
            '⇥' => KeyCode::Tab,
            '⇤' => KeyCode::BackTab,
            '⌫' => KeyCode::Backspace,
            '↑' => KeyCode::Up,
            '↓' => KeyCode::Down,
            '←' => KeyCode::Left,
            '→' => KeyCode::Right,
            '⇞' => KeyCode::PageUp,
            '⇟' => KeyCode::PageDown,
            letter => KeyCode::Char(letter),
        };
        let effect = update(&mut self.model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.read();
        effect
    }

    /// Clicks into a cell.
    pub fn click(&mut self, column: u16, row: u16, is_double: bool) {
        update(&mut self.model, Msg::Click { column, row, is_double });
        update(&mut self.model, Msg::Release);
        self.read();
    }

    pub fn typed(mut self, keys: &str) -> Face {
        self.type_keys(keys);
        self
    }

    /// The label of the node that everything is about.
    pub fn chosen(&self) -> String {
        let node: NodeId = self.model.chosen.expect("something is chosen");
        self.model.scan_index.as_ref().expect("a scan").entry(node).label.clone()
    }

    pub fn buffer(&self) -> Buffer {
        let area = Rect::new(0, 0, self.model.size.0, self.model.size.1);
        let mut buffer = Buffer::empty(area);
        draw(&self.model, area, &mut buffer);
        buffer
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width);
        let line = |cells: &[ratatui::buffer::Cell]| {
            cells.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()
        };
        buffer.content.chunks(width).map(line).collect::<Vec<_>>().join("\n")
    }

    /// The styles of a screen: each run of cells that differs from plain text.
    pub fn styles(&self) -> String {
        let buffer = self.buffer();
        let width = usize::from(buffer.area.width);
        let mut text = String::new();
        for (y, cells) in buffer.content.chunks(width).enumerate() {
            let mut x = 0;
            for run in cells.chunk_by(|a, b| (a.fg, a.modifier) == (b.fg, b.modifier)) {
                let (fg, modifier) = (run[0].fg, run[0].modifier);
                let fg = if fg == ratatui::style::Color::Reset { String::new() } else { format!(" fg {fg}") };
                if !fg.is_empty() || !modifier.is_empty() {
                    let symbols: String = run.iter().map(|cell| cell.symbol()).collect();
                    text += &format!("{y}:{x}{fg} {modifier:?} {:?}\n", symbols.trim_end());
                }
                x += run.len();
            }
        }
        text
    }
}

/// Compares with the snapshot of this name.
pub fn shown_as(name: &str, screen: &str) {
    insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("screen_{name}"), screen);
    });
}
