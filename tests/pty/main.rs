//! The real program on a real terminal: what it shows, and how it leaves.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests have a disk, a clock and programs"
)]
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod pictures;

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than a busy machine needs; a failing test waits that long, a passing one does not.
const PATIENCE: Duration = Duration::from_secs(30);

/// Columns and rows, where a test says nothing of them.
const SIZE: (u16, u16) = (100, 30);

/// A program on a terminal.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Vec<u8>>>,
    /// All that it wrote has been read.
    is_over: Arc<AtomicBool>,
    size: (u16, u16),
}

impl Session {
    fn start(arguments: &[&str]) -> Session {
        Session::start_with(arguments, &[])
    }

    /// Starts the program with more in its environment.
    fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Session {
        Session::of(DYLENS, arguments, variables, SIZE)
    }

    /// Starts any program.
    fn of(program: &str, arguments: &[&str], variables: &[(&str, &str)], size: (u16, u16)) -> Session {
        let pty = native_pty_system().openpty(pty_size(size)).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        variables.iter().for_each(|(name, value)| command.env(name, value));
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        let child = pty.slave.spawn_command(command).expect("the program starts");
        let mut reader = pty.master.try_clone_reader().expect("a reader");
        let writer = pty.master.take_writer().expect("a writer");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (sink, ends) = (seen.clone(), is_over.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                sink.lock().expect("no panic").extend_from_slice(&buffer[..count]);
            }
            ends.store(true, Ordering::SeqCst);
        });
        Session { child, master: pty.master, writer, seen, is_over, size }
    }

    /// Gives the window another size.
    fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.master.resize(pty_size(size)).expect("a size");
    }

    /// All that was written so far.
    fn bytes(&self) -> Vec<u8> {
        self.seen.lock().expect("no panic").clone()
    }

    /// The terminal as it stands.
    fn terminal(&self) -> vt100::Parser {
        let (columns, rows) = (self.size.0.try_into().expect("not zero"), self.size.1.try_into().expect("not zero"));
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&self.bytes());
        parser
    }

    fn text(&self) -> String {
        self.terminal().screen().contents()
    }

    /// Waits until the screen says something.
    fn wait_for(&self, text: &str) {
        self.wait_until(text, true);
    }

    /// Waits until the screen no longer says it.
    fn wait_without(&self, text: &str) {
        self.wait_until(text, false);
    }

    fn wait_until(&self, text: &str, is_there: bool) {
        self.wait_till(&format!("{text:?} should be there: {is_there}"), |session| {
            session.text().contains(text) == is_there
        });
    }

    /// Waits until something holds.
    fn wait_till(&self, what: &str, mut holds: impl FnMut(&Session) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < PATIENCE, "{what}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The screen when nothing has come for a while: a frame arrives in pieces.
    fn settled(&self) -> String {
        const QUIET: Duration = Duration::from_millis(300);
        let mut seen = (self.text(), Instant::now());
        self.wait_till("the screen comes to rest", |session| {
            let text = session.text();
            if text != seen.0 {
                seen = (text, Instant::now());
            }
            seen.1.elapsed() > QUIET
        });
        seen.0
    }

    fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("the program reads");
        self.writer.flush().expect("the program reads");
    }

    /// Waits until the program has ended and its last words have been read.
    fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                self.wait_for_last_words();
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its end is read, or, where this test has the other side open, nothing for a while.
    fn wait_for_last_words(&self) {
        let mut before = usize::MAX;
        while !self.is_over.load(Ordering::SeqCst) && before != self.bytes().len() {
            before = self.bytes().len();
            let rest = Instant::now();
            while !self.is_over.load(Ordering::SeqCst) && rest.elapsed() < Duration::from_millis(500) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// The program's side of the terminal; while it is open, its settings stay as the program left them.
    fn other_side(&self) -> std::fs::File {
        std::fs::File::open(self.master.tty_name().expect("a name")).expect("a terminal")
    }

    /// The terminal is as the program found it.
    fn assert_restored(&self) {
        let parser = self.terminal();
        let screen = parser.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse is captured");
    }
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// The program that is tested.
const DYLENS: &str = env!("CARGO_BIN_EXE_dylens");

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn the_demo_is_shown_searched_and_left() {
    let mut session = Session::start(&["--demo"]);
    session.wait_for("Problems");
    assert!(session.terminal().screen().alternate_screen());
    session.wait_for("causes");
    session.press("/");
    session.wait_for("Search:");
    session.press("so");
    session.wait_for("/ so");
    // An escape and the next key in one write would be one key with Alt.
    session.press("\x1b");
    session.wait_without("Search:");
    session.press("2");
    session.wait_for("[2 Graph]");
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

/// Sends a signal to a process.
fn send(signal: Signal, process: u32) {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(process, signal).expect("it is sent");
}

#[test]
fn a_signal_ends_it_and_is_seen_from_outside() {
    let signals =
        [(Signal::TERM, "Terminated"), (Signal::HUP, "Hangup"), (Signal::INT, "Interrupt"), (Signal::QUIT, "Quit")];
    for (signal, words) in signals {
        let mut session = Session::start(&["--demo"]);
        session.wait_for("causes");
        let terminal = session.other_side();
        send(signal, session.child.process_id().expect("it runs"));
        let status = session.end();
        // A shell shows a death by SIGTERM as 143; here it may be told by its name.
        let by_name = status.signal().is_some_and(|name| name.contains(words));
        assert!(by_name || status.exit_code() == 128 + signal.as_raw() as u32, "{status:?}");
        session.assert_restored();
        assert_lines_are_edited(terminal);
    }
}

/// A shell with job control, in which dylens shows its graph.
fn in_a_shell() -> Session {
    let arguments = ["--norc", "--noprofile", "--noediting", "-i"];
    let mut session = Session::of("/bin/bash", &arguments, &[("PS1", "ready> "), ("HISTFILE", "")], SIZE);
    session.wait_for("ready>");
    session.press(&format!("'{DYLENS}' --demo=linux\r"));
    session.wait_for("Problems 9");
    session.press("2");
    session.wait_for("[2 Graph]");
    session
}

/// Presses the key that suspends, and waits until the shell has the terminal.
fn suspend(session: &mut Session) {
    session.press("\x1a");
    session.wait_till("the shell has the terminal", |session| !session.terminal().screen().alternate_screen());
    session.wait_for("Stopped");
    session.assert_restored();
    assert_lines_are_edited(session.other_side());
}

#[test]
fn it_is_suspended_and_comes_back_in_a_shell() {
    let mut session = in_a_shell();
    let before = session.settled();
    suspend(&mut session);
    session.press("fg\r");
    session.wait_till("the screen is as it was", |session| session.text() == before);
    let terminal = session.terminal();
    let screen = terminal.screen();
    assert!(screen.alternate_screen() && screen.bracketed_paste() && screen.hide_cursor());
    assert_ne!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    // Its keys work again, and the window may have changed while it was away.
    suspend(&mut session);
    session.resize((80, 24));
    session.press("fg\r");
    session.wait_for("[2 Graph]");
    session.press("1");
    session.wait_for("[1 Problems]");
    session.press("q");
    session.wait_till("the shell has the terminal", |session| !session.terminal().screen().alternate_screen());
    session.assert_restored();
    session.press("exit 5\r");
    assert_eq!(session.end().exit_code(), 5);
}

#[test]
fn a_program_that_was_stopped_from_outside_takes_the_terminal_anew() {
    let mut session = in_a_shell();
    let before = session.settled();
    suspend(&mut session);
    session.press("jobs -p\r");
    let job = |session: &Session| session.text().lines().find_map(|line| line.trim().parse::<u32>().ok());
    session.wait_till("the shell tells its job", |session| job(session).is_some());
    let job = job(&session).expect("a job");
    session.press("fg\r");
    session.wait_till("the screen is as it was", |session| session.text() == before);
    // It cannot give the terminal back, and the shell makes a mess of it.
    send(Signal::STOP, job);
    session.wait_for("Stopped");
    session.press("stty sane\r");
    session.press("fg\r");
    session.wait_till("the screen is as it was", |session| session.text() == before);
    session.press("1");
    session.wait_for("[1 Problems]");
    session.press("q");
    session.wait_till("the shell has the terminal", |session| !session.terminal().screen().alternate_screen());
    session.press("exit 5\r");
    assert_eq!(session.end().exit_code(), 5);
    session.assert_restored();
}

#[test]
fn control_c_leaves_at_once() {
    let mut session = Session::start(&["--demo"]);
    session.wait_for("Problems");
    session.press("\x03");
    session.end();
    session.assert_restored();
}

/// A message of the loader, and failure.
const FAILING: &str = "printf '\\033[31mImportError: libnowhere.so.9: cannot open shared object file: No such file or directory\\033[0m\\n'";

#[test]
fn a_command_that_succeeds_is_left_as_it_is() {
    let mut session = Session::start(&["run", "--", "/bin/sh", "-c", "test -t 0 && test -t 1 && echo on a terminal"]);
    assert_eq!(session.end().exit_code(), 0);
    assert_eq!(session.text().trim(), "on a terminal");
}

#[test]
fn a_command_that_fails_is_explained_and_keeps_its_exit_code() {
    let script = format!("{FAILING}; exit 7");
    let mut session = Session::start(&["--no-tui", "run", "--env", "tests", "--", "/bin/sh", "-c", &script]);
    assert_eq!(session.end().exit_code(), 7, "even where there is nothing to compare its output with");
    assert!(session.text().contains("no native modules in"), "{}", session.text());
    let mut session = Session::start(&["--no-tui", "run", "--", "/bin/sh", "-c", &script]);
    assert_eq!(session.end().exit_code(), 7);
    let text = session.text();
    assert!(text.contains("library not found: libnowhere.so.9"), "{text}");
    let parser = session.terminal();
    let red = parser.screen().cell(0, 0).expect("a cell").fgcolor();
    assert_eq!(red, vt100::Color::Idx(1), "the command's own colors");
    session.assert_restored();
}

#[test]
fn a_command_gets_the_keys_and_the_size_of_the_window() {
    let mut session = Session::start(&["run", "--", "/bin/sh", "-c", "stty size; read line; echo \"<$line>\""]);
    session.wait_for("30 100");
    session.press("hello\r");
    session.wait_for("<hello>");
    assert_eq!(session.end().exit_code(), 0);
}

#[test]
fn a_command_is_told_when_the_window_changes() {
    let script = "trap 'stty size; exit 5' WINCH; echo ready; while :; do sleep 0.05; done";
    let mut session = Session::start(&["run", "--", "/bin/sh", "-c", script]);
    session.wait_for("ready");
    session.resize((60, 20));
    session.wait_for("20 60");
    assert_eq!(session.end().exit_code(), 5);
}

#[test]
fn interrupting_interrupts_the_command() {
    let script = "trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done";
    let mut session = Session::start(&["run", "--", "/bin/sh", "-c", script]);
    session.wait_for("ready");
    session.press("\x03");
    session.wait_for("interrupted");
    assert_eq!(session.end().exit_code(), 3);
}

#[test]
fn a_signal_that_ends_the_command_is_told_as_shells_do() {
    let mut session = Session::start(&["run", "--", "/bin/sh", "-c", "kill -TERM $$"]);
    assert_eq!(session.end().exit_code(), 128 + 15);
}

/// A terminal gives whole lines and shows what is typed, as a shell wants it.
fn assert_lines_are_edited(terminal: std::fs::File) {
    let told = std::process::Command::new("stty").arg("-a").stdin(terminal).output().expect("stty").stdout;
    let told = String::from_utf8_lossy(&told);
    for setting in ["icanon", "isig", "echo"] {
        assert!(told.split_whitespace().any(|word| word == setting), "{setting} is off:\n{told}");
    }
}

#[test]
fn signals_from_outside_reach_the_command() {
    for (name, signal) in [("TERM", Signal::TERM), ("HUP", Signal::HUP)] {
        let decides = format!("trap 'echo told of {name}; exit 4' {name}; echo ready; while :; do sleep 0.05; done");
        let dies = "echo ready; while :; do sleep 0.05; done".to_owned();
        for (script, says, code) in
            [(decides, format!("told of {name}"), 4), (dies, "ready".to_owned(), 128 + signal.as_raw() as u32)]
        {
            let mut session = Session::start(&["run", "--", "/bin/sh", "-c", &script]);
            session.wait_for("ready");
            let terminal = session.other_side();
            send(signal, session.child.process_id().expect("it runs"));
            assert_eq!(session.end().exit_code(), code, "{name}:\n{}", session.text());
            session.wait_for(&says);
            session.assert_restored();
            assert_lines_are_edited(terminal);
        }
    }
}

/// A folder with a module whose library is not there.
fn small() -> tempfile::TempDir {
    common::lay_out(
        "//- /site-packages/a.so elf x86_64 needs:libnowhere.so.9 defines:PyInit_a\n\
         //- /site-packages/b.so elf x86_64 defines:PyInit_b\n\
         //- /build.log\nImportError: libnowhere.so.9: cannot open shared object file: No such file or directory\n",
    )
}

#[test]
fn a_log_opens_the_explorer_on_what_it_accuses() {
    let folder = small();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let mut session = Session::start(&["log", &path("build.log"), &path("site-packages")]);
    session.wait_for(" Log]");
    session.wait_for("libnowhere.so.9, needed by a.so, is not found");
    session.press("q");
    assert_eq!(session.end().exit_code(), 1);
    session.assert_restored();
}

#[test]
fn a_command_that_fails_opens_the_explorer_and_keeps_its_exit_code() {
    let folder = small();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let script = format!("{FAILING}; exit 7");
    let mut session = Session::start(&["run", "--env", &environment, "--", "/bin/sh", "-c", &script]);
    session.wait_for(" Log]");
    // The first key that is typed is the explorer's: none went to the command that has ended.
    session.press("2");
    session.wait_for("[2 Graph]");
    session.press("q");
    assert_eq!(session.end().exit_code(), 7);
    session.assert_restored();
    assert!(session.text().contains("ImportError: libnowhere.so.9"), "the command's own output is there again");
}

#[test]
fn a_scan_is_exported_beside_the_screen_and_never_over_a_file() {
    let folder = small();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let mut session = Session::start(&[&environment]);
    session.wait_for("libnowhere.so.9");
    let file = folder.path().join("out.json");
    session.press("x");
    session.wait_for("( ) dot");
    // The name that is proposed goes, another is typed.
    session.press("\x15");
    session.press(&file.to_string_lossy());
    session.wait_for("out.json");
    session.press("\r");
    session.wait_for("written: ");
    let text = std::fs::read_to_string(&file).expect("the file is there");
    assert!(text.contains("libnowhere.so.9"), "{text}");
    session.press("x");
    session.wait_for("( ) dot");
    session.press("\x15");
    session.press(&file.to_string_lossy());
    session.press("\r");
    session.wait_for("is there already");
    assert_eq!(std::fs::read_to_string(&file).expect("the file is there"), text);
    session.press("\x03");
    session.end();
    session.assert_restored();
}

#[test]
fn the_window_may_change_its_size() {
    let mut session = Session::start(&["--demo=linux"]);
    session.wait_for("Problems 9");
    session.resize((40, 12));
    // Of a list, the header's line stands at the bottom.
    session.wait_without("[1 Problems]");
    session.resize((20, 5));
    session.wait_for("too small");
    session.resize((100, 30));
    session.wait_for("[1 Problems]");
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn after_a_storm_of_sizes_the_screen_is_that_of_the_last() {
    let calm = Session::of(DYLENS, &["--demo=linux"], &[], (90, 25));
    calm.wait_for("? keys");
    calm.wait_without("scanning");
    let mut session = Session::start(&["--demo=linux"]);
    session.wait_for("Problems 9");
    for step in 0..120 {
        session.resize((1 + step * 37 % 180, 1 + step * 23 % 60));
        if step % 10 == 0 {
            session.press("j");
        }
    }
    session.press("g");
    session.resize((90, 25));
    session.wait_till("the screen of the last size", |session| session.text() == calm.text());
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn a_small_window_has_a_list_and_a_line() {
    let mut session = Session::of(DYLENS, &["--demo=linux"], &[], (40, 12));
    session.wait_for("libcudnn.so.9");
    session.wait_for("? keys");
    session.press("\t");
    session.press("?");
    session.wait_for("Commands");
    session.press("\x03");
    session.end();
    session.assert_restored();
}

#[test]
fn the_last_frame_can_be_left_on_the_screen() {
    let mut session = Session::start(&["--demo=linux"]);
    session.wait_for("Problems 9");
    session.press("Q");
    assert!(session.end().success());
    session.assert_restored();
    assert!(session.text().contains("libcudnn.so.9"), "{}", session.text());
}

#[test]
fn what_changes_on_disk_is_scanned_again_and_told_to_be_better_or_worse() {
    let folder = small();
    let environment = folder.path().join("site-packages");
    let file = environment.join("a.so");
    let mut session = Session::start(&["--watch", &environment.to_string_lossy()]);
    session.wait_for("libnowhere.so.9");
    // Longer than two looks: what is there now is what is known.
    std::thread::sleep(Duration::from_secs(2));
    let bytes = std::fs::read(&file).expect("a file");
    std::fs::remove_file(&file).expect("a file");
    session.wait_for("scanned again: better");
    std::thread::sleep(Duration::from_secs(2));
    std::fs::write(&file, bytes).expect("a file");
    session.wait_for("scanned again: worse");
    session.press("q");
    session.end();
    session.assert_restored();
}

/// What a test of this file tells itself, as it is run once more.
const PANICS: &str = "DYLENS_TEST_PANICS";

/// On a terminal of its own, this test is run once more, takes the terminal as the explorer does, and panics: amid a
/// frame, or on another thread while frames are drawn.
#[test]
fn a_panic_gives_the_terminal_back_and_is_read() {
    if let Ok(place) = std::env::var(PANICS) {
        let mut screen = dylens::tui::terminal::Screen::take(true).expect("a terminal");
        screen.draw(|frame| frame.render_widget("before", frame.area())).expect("it is drawn");
        if place == "thread" {
            let thread = std::thread::spawn(|| panic!("a plate falls"));
            assert!(thread.join().is_err());
        }
        let falls = |frame: &mut ratatui::Frame| {
            frame.render_widget("after", frame.area());
            assert!(place != "frame", "a plate falls");
        };
        screen.draw(falls).expect("nothing is drawn any more");
        drop(screen);
        std::process::exit(7);
    }
    let this = std::env::current_exe().expect("this program");
    let own = ["--exact", "a_panic_gives_the_terminal_back_and_is_read", "--nocapture"];
    for place in ["frame", "thread"] {
        let mut session = Session::of(&this.to_string_lossy(), &own, &[(PANICS, place)], SIZE);
        let terminal = session.other_side();
        assert!(!session.end().success());
        let seen = String::from_utf8_lossy(&session.bytes()).into_owned();
        for (taken, what) in
            [("\x1b[?1049h", "screen"), ("\x1b[?1000h", "mouse"), ("\x1b[?2004h", "pastes"), ("\x1b[?25l", "cursor")]
        {
            assert!(seen.contains(taken), "the {what} was taken:\n{seen:?}");
        }
        session.assert_restored();
        assert_lines_are_edited(terminal);
        let text = session.text();
        assert!(text.contains("panicked at") && text.contains("a plate falls"), "{place}:\n{text}");
        assert!(!text.contains("before") && !text.contains("after"), "no frame is left:\n{text}");
    }
}

/// A site-packages folder with names that are wide, combined, or speak to the terminal.
fn strange() -> tempfile::TempDir {
    let names = [
        "漢字モジュール",
        "e\u{301}clair",
        "🦀crab",
        "ha\u{200d}lf",
        "a\u{1b}[31mred",
        "ｗｉｄｅ",
        "مرحبا",
        "nai\u{308}ve",
    ];
    // Python looks the init functions of these up in punycode (PEP 489); the others are no identifiers.
    let function = |name: &str| match name {
        "漢字モジュール" => "PyInitU_yck6dky8f8563an72a",
        "ｗｉｄｅ" => "PyInitU_pi7cck9c",
        "مرحبا" => "PyInitU_mgbbop3h",
        _ => "PyInit_x",
    };
    let file = |name: &&str| {
        let function = function(name);
        format!("//- /site-packages/{name}/{name}.abi3.so elf x86_64 needs:lib{name}.so.1 defines:{function}\n")
    };
    common::lay_out(&names.iter().map(file).collect::<String>())
}

#[test]
fn wide_and_combined_names_keep_their_cells() {
    let folder = strange();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let mut session = Session::start(&[&environment]);
    session.wait_for("Problems 13");
    for keys in ["", "\t", "2", "4", "j", "l", "j", "l", "5", "6", "/", "c", "\x1b", "3", "x"] {
        session.press(keys);
        // The screen comes to rest: two looks show the same.
        session.wait_till("the screen rests", |session| {
            let before = session.bytes().len();
            std::thread::sleep(Duration::from_millis(120));
            session.bytes().len() == before
        });
        let parser = session.terminal();
        let screen = parser.screen();
        let cell = |row, column| screen.cell(row, column).expect("a cell");
        for row in 0..SIZE.1 {
            for column in 0..SIZE.0 {
                if cell(row, column).is_wide() {
                    assert!(column + 1 < SIZE.0 && cell(row, column + 1).is_wide_continuation(), "{row}:{column}");
                }
            }
        }
        // The right border stands in one column, whatever is written left of it.
        let edge = |row: u16| cell(row, SIZE.0 - 1).contents().to_owned();
        let body: Vec<String> = (2..SIZE.1 - 1).map(edge).collect();
        assert!(
            body.iter().all(|edge| ["│", "╮", "╯", "┤"].contains(&edge.as_str())),
            "{keys:?}: {body:?}\n{}",
            session.text()
        );
    }
    assert!(!String::from_utf8_lossy(&session.bytes()).contains("\x1b[31mred"), "no name speaks to the terminal");
    session.press("\x03");
    session.end();
    session.assert_restored();
}

#[test]
fn a_pasted_log_is_read_and_its_letters_are_no_keys() {
    let folder = small();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let mut session = Session::start(&[&environment]);
    session.wait_for("libnowhere.so.9");
    let log = "q\r\nImportError: libnowhere.so.9: cannot open shared object file: No such file or directory\r\nq\r\n";
    session.press(&format!("\x1b[200~{log}\x1b[201~"));
    session.wait_for(" Log]");
    session.wait_for("libnowhere.so.9, needed by a.so, is not found");
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

/// The cell of a text on the screen: column and row, from one as terminals count.
fn place_of(session: &Session, text: &str) -> (u16, u16) {
    let terminal = session.terminal();
    let rows: Vec<String> = terminal.screen().rows(0, session.size.0).collect();
    let found = rows.iter().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count() as u16 + 1, row as u16 + 1))
    });
    found.unwrap_or_else(|| panic!("{text:?} is not there:\n{}", session.text()))
}

#[test]
fn the_mouse_clicks_turns_its_wheel_and_drags() {
    let mut session = Session::start(&["--demo=linux"]);
    session.wait_for("Problems 9");
    session.wait_for("libcudnn.so.9");
    let detail = |session: &Session| {
        let (column, _) = place_of(session, "╭ Overview");
        let terminal = session.terminal();
        terminal.screen().rows(column, SIZE.0).skip(2).collect::<Vec<_>>().join("\n")
    };
    let first = detail(&session);
    // A click on the third row of the list.
    let (_, top) = place_of(&session, "╭ Problems 9");
    let click = |row: u16| format!("\x1b[<0;5;{row}M\x1b[<0;5;{row}m");
    session.press(&click(top + 3));
    session.wait_till("another finding is shown", |session| detail(session) != first);
    let third = detail(&session);
    // Down and up again.
    session.press(&format!("\x1b[<65;5;{}M", top + 3));
    session.wait_till("the wheel goes on", |session| detail(session) != third);
    session.press(&format!("\x1b[<64;5;{}M", top + 3));
    session.wait_till("the wheel goes back", |session| detail(session) == third);
    // The border between the list and the rest.
    let (border, _) = place_of(&session, "╭ Overview");
    session.press(&format!("\x1b[<0;{border};9M\x1b[<32;{};9M\x1b[<0;{};9m", border + 12, border + 12));
    session.wait_till("the border is dragged", |session| place_of(session, "╭ Overview").0.abs_diff(border + 12) <= 1);
    // A tab.
    let (tab, row) = place_of(&session, "4 Tree");
    session.press(&format!("\x1b[<0;{tab};{row}M\x1b[<0;{tab};{row}m"));
    session.wait_for("[4 Tree]");
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

/// The bytes that Base64 stands for.
fn decoded(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut bytes) = (0u32, Vec::new());
    for (at, letter) in text.bytes().filter(|&letter| letter != b'=').enumerate() {
        bits = bits << 6 | digits.iter().position(|&digit| digit == letter).expect("Base64") as u32;
        if at % 4 > 0 {
            bytes.push((bits >> (6 - 2 * (at % 4))) as u8);
        }
    }
    bytes
}

#[test]
fn what_is_copied_reaches_the_terminal_s_clipboard() {
    assert_eq!(decoded("ZsOkaHJl"), "f\u{e4}hre".as_bytes());
    let folder = small();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let mut session = Session::start(&[&environment]);
    session.wait_for("libnowhere.so.9");
    session.press("y");
    session.wait_for("Copy");
    session.press("n");
    session.wait_for("copied: ");
    let seen = String::from_utf8_lossy(&session.bytes()).into_owned();
    let (_, sent) = seen.rsplit_once("\x1b]52;c;").expect("OSC 52");
    let base64 = sent.split(['\x07', '\x1b']).next().expect("its end");
    assert_eq!(String::from_utf8_lossy(&decoded(base64)), "libnowhere.so.9");
    session.press("\x03");
    session.end();
    session.assert_restored();
}

#[test]
fn without_colors_nothing_has_any() {
    let mut session = Session::start_with(&["--demo=linux"], &[("NO_COLOR", "1")]);
    session.wait_for("Problems 9");
    session.press("2");
    session.wait_for("[2 Graph]");
    let terminal = session.terminal();
    let cells = (0..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| (row, column)));
    for cell in cells.filter_map(|(row, column)| terminal.screen().cell(row, column)) {
        assert_eq!((cell.fgcolor(), cell.bgcolor()), (vt100::Color::Default, vt100::Color::Default), "{cell:?}");
    }
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn where_nobody_can_look_around_the_report_is_printed() {
    let folder = small();
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let report = |mut session: Session| {
        assert_eq!(session.end().exit_code(), 1, "{}", session.text());
        let seen = String::from_utf8_lossy(&session.bytes()).into_owned();
        assert!(!seen.contains("\x1b[?"), "the terminal is left alone:\n{seen:?}");
        seen
    };
    let dumb = report(Session::start_with(&[&environment], &[("TERM", "dumb")]));
    assert!(dumb.contains("libnowhere.so.9") && !dumb.contains('\x1b'), "{dumb:?}");
    let shell = |redirected: &str| {
        let line = format!("'{DYLENS}' '{environment}' {redirected}");
        report(Session::of("/bin/sh", &["-c", &line], &[], SIZE))
    };
    assert!(shell("</dev/null").contains("libnowhere.so.9"), "nobody can type");
    assert!(shell("<&-").contains("libnowhere.so.9"), "there is no input at all");
    assert_eq!(shell(">&-"), "", "there is no output at all, and no panic");
    assert_eq!(shell(">/dev/null"), "", "the output goes elsewhere");
}

#[test]
fn a_wrong_configuration_is_told_with_its_line() {
    let folder = small();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "mouse = false\ntheme = \"pink\"\n").expect("a file");
    let mut session = Session::start_with(&["--demo=linux"], &[("DYLENS_CONFIG", &config.to_string_lossy())]);
    session.wait_for("config.toml:2: no theme is called");
    session.wait_for("Problems 9");
    session.press("q");
    assert!(session.end().success(), "it starts all the same");
}

#[test]
fn the_demo_says_that_it_is_one_at_every_width() {
    for (size, demo) in [((40, 12), "--demo"), ((80, 24), "--demo"), ((80, 24), "--demo=linux"), ((200, 55), "--demo")]
    {
        let session = Session::of(DYLENS, &[demo], &[], size);
        session.wait_for("Problems 9");
        session.wait_for("v demo ");
    }
}

/// A question, the keys that answer it, how many there may be, and what the screen says then.
const TASKS: [(&str, &[&str], usize, &str); 13] = [
    ("why does a package fail", &[], 0, "libcudnn.so.9 not found"),
    ("what mends it", &[], 0, "y 1      python -m pip install --upgrade nvidia-cudnn-cu12"),
    ("copy the fix", &["y", "y"], 2, "copied: python -m pip install --upgrade nvidia-cudnn-cu12"),
    ("why does an import fail, by its name", &["/", "b", "c", "r", "y", "\r"], 7, "built for another platform"),
    ("which packages are broken, and by what", &["2"], 1, "torch 9 ✗"),
    ("from the missing leaf to its package", &["2", "h", "\r"], 4, "Overview › torch"),
    ("from a package to the missing leaf and back", &["2", "\r", "\x1b"], 4, "Overview · "),
    ("what breaks with it", &[" "], 1, "↓ "),
    ("who needs it", &["W"], 1, "Who needs libcudnn.so.9"),
    ("why is it here", &["w"], 1, "Why libcudnn.so.9"),
    ("the next problem", &["]"], 1, "finding 2 of 9"),
    ("which file is the biggest", &["F"], 3, "Files  "),
    ("copy the drawing of what is shown", &["x", "\x15", "\r"], 4, "copied: "),
];

#[test]
fn the_symbols_of_an_edge_take_few_keys() {
    let folder = common::lay_out(
        "//- /site-packages/a.so elf x86_64 needs:libnowhere.so.9 takes:nowhere_open defines:PyInit_a\n\
         //- /site-packages/b.so elf x86_64 needs:libb.so.1 takes:b_open runpath:$ORIGIN defines:PyInit_b\n\
         //- /site-packages/libb.so.1 elf x86_64 soname:libb.so.1 defines:b_open\n",
    );
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let tasks: [(&[&str], &str, &str); 2] =
        [(&["S"], "Symbols  a → libnowhere.so.9", "✗ nowhere_open"), (&["F", "S"], "Symbols  b: 1 symbol", "b_open")];
    for (keys, title, symbol) in tasks {
        assert!(keys.len() <= 4);
        let mut session = Session::of(DYLENS, &[&environment], &[], (120, 36));
        session.wait_for("libnowhere.so.9");
        for key in keys {
            session.settled();
            session.press(key);
        }
        session.wait_for(title);
        session.wait_for(symbol);
        session.press("\x03");
        session.end();
    }
}

#[test]
fn who_brings_in_a_library_and_how_many_copies_there_are_takes_few_keys() {
    let copy = |package: &str, number: usize| {
        format!(
            "//- /site-packages/{package}-1.0.dist-info/RECORD\n\
             {package}/_tls.abi3.so,,\n{package}.libs/libssl-{number}a6a6a4f.so.3,,\n\
             //- /site-packages/{package}/_tls.abi3.so elf x86_64 needs:libssl-{number}a6a6a4f.so.3 \
             rpath:$ORIGIN/../{package}.libs defines:PyInit__tls\n\
             //- /site-packages/{package}.libs/libssl-{number}a6a6a4f.so.3 elf x86_64 \
             soname:libssl-{number}a6a6a4f.so.3\n"
        )
    };
    let folder = common::lay_out(&(copy("cryptography", 1) + &copy("psycopg", 2)));
    let environment = folder.path().join("site-packages").to_string_lossy().into_owned();
    let mut session = Session::of(DYLENS, &[&environment], &[], (120, 36));
    session.wait_for("2 modules");
    let keys = ["/", "s", "s", "l", "\r"];
    assert!(keys.len() <= 6);
    for key in keys {
        session.settled();
        session.press(key);
    }
    session.wait_for("used by 1");
    session.wait_for("copies 2");
    session.press("\x03");
    session.end();
}

#[test]
fn questions_are_answered_with_few_keys() {
    for (question, keys, most, answer) in TASKS {
        assert!(keys.len() <= most, "{question}: {} keys", keys.len());
        let mut session = Session::of(DYLENS, &["--demo=linux"], &[], (120, 36));
        session.wait_for("Problems 9");
        for key in keys {
            session.settled();
            session.press(key);
        }
        session.wait_till(question, |session| session.text().contains(answer));
        session.press("\x03");
        session.end();
    }
}
