//! The real program on a real terminal: what it shows, and how it leaves.
#![cfg(unix)]

mod common;

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Longer than a busy machine needs; a failing test waits that long, a passing one does not.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program on a terminal of 100 × 30 cells.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Session {
    fn start(arguments: &[&str]) -> Session {
        Session::start_with(arguments, &[])
    }

    /// Starts the program with more in its environment.
    fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Session {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_dylens"));
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
        let sink = seen.clone();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = reader.read(&mut buffer) {
                if count == 0 {
                    break;
                }
                sink.lock().expect("no panic").extend_from_slice(&buffer[..count]);
            }
        });
        Session { child, master: pty.master, writer, seen }
    }

    /// The terminal as it stands.
    fn terminal(&self) -> vt100::Parser {
        let (rows, columns) = (30.try_into().expect("not zero"), 100.try_into().expect("not zero"));
        let mut parser = vt100::Parser::new(rows, columns, 0);
        parser.process(&self.seen.lock().expect("no panic"));
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
        let start = Instant::now();
        while self.text().contains(text) != is_there {
            assert!(start.elapsed() < PATIENCE, "{text:?} should be there: {is_there}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
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
                std::thread::sleep(Duration::from_millis(100));
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
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
    session.wait_for("errors");
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

#[test]
fn a_signal_ends_it_and_is_seen_from_outside() {
    let mut session = Session::start(&["--demo"]);
    session.wait_for("errors");
    let id = session.child.process_id().expect("it runs");
    let sent = std::process::Command::new("kill").args(["-TERM", &id.to_string()]).status().expect("kill");
    assert!(sent.success());
    let status = session.end();
    // A shell shows a death by SIGTERM as 143; here it may be told by its name.
    let by_name = status.signal().is_some_and(|name| name.contains("Terminated"));
    assert!(by_name || status.exit_code() == 143, "{status:?}");
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
    let size = PtySize { rows: 20, cols: 60, pixel_width: 0, pixel_height: 0 };
    session.master.resize(size).expect("a size");
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
    for (name, number) in [("TERM", 15), ("HUP", 1)] {
        let decides = format!("trap 'echo told of {name}; exit 4' {name}; echo ready; while :; do sleep 0.05; done");
        let dies = "echo ready; while :; do sleep 0.05; done".to_owned();
        for (script, says, code) in [(decides, format!("told of {name}"), 4), (dies, "ready".to_owned(), 128 + number)]
        {
            let mut session = Session::start(&["run", "--", "/bin/sh", "-c", &script]);
            session.wait_for("ready");
            let terminal = session.other_side();
            let id = session.child.process_id().expect("it runs").to_string();
            let sent = std::process::Command::new("kill").args([&format!("-{name}"), &id]).status().expect("kill");
            assert!(sent.success());
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
    session.wait_for("libnowhere.so.9, needed by a.so, is found nowhere");
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
    session.wait_for("modules");
    let resize = |session: &Session, rows, cols| {
        session.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a size");
    };
    resize(&session, 12, 40);
    // Of a list, the header's line stands at the bottom.
    session.wait_without("[1 Problems]");
    resize(&session, 5, 20);
    session.wait_for("too small");
    resize(&session, 30, 100);
    session.wait_for("[1 Problems]");
    session.press("q");
    assert!(session.end().success());
    session.assert_restored();
}

#[test]
fn the_last_frame_can_be_left_on_the_screen() {
    let mut session = Session::start(&["--demo=linux"]);
    session.wait_for("modules");
    session.press("Q");
    assert!(session.end().success());
    session.assert_restored();
    assert!(session.text().contains("libcudnn.so.9"), "{}", session.text());
}

#[test]
fn what_changes_on_disk_is_scanned_again() {
    let folder = small();
    let environment = folder.path().join("site-packages");
    let mut session = Session::start(&["--watch", &environment.to_string_lossy()]);
    session.wait_for("libnowhere.so.9");
    // Longer than two looks: what is there now is what is known.
    std::thread::sleep(Duration::from_secs(2));
    std::fs::remove_file(environment.join("a.so")).expect("a file");
    session.wait_for("scanned again: better");
    session.press("q");
    session.end();
    session.assert_restored();
}

/// A program that may map no more memory cannot start a thread, and panics. The terminal is given back each time; whether
/// memory is left for the panic's words is a matter of chance, so that they are waited for a few times.
#[cfg(target_os = "linux")]
#[test]
fn a_panic_gives_the_terminal_back_and_is_read() {
    let is_read = |_| {
        let mut session = Session::start(&["--demo=linux"]);
        session.wait_for("modules");
        let id = session.child.process_id().expect("it runs").to_string();
        let limited = std::process::Command::new("prlimit").args(["--pid", &id, "--as=1"]).status().expect("prlimit");
        assert!(limited.success());
        session.press("x");
        let status = session.end();
        assert!(!status.success());
        session.assert_restored();
        session.text().contains("panicked at")
    };
    assert!((0..8).any(is_read), "no panic was ever read");
}

#[test]
fn a_wrong_configuration_is_told_with_its_line() {
    let folder = small();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "mouse = false\ntheme = \"pink\"\n").expect("a file");
    let mut session = Session::start_with(&["--demo=linux"], &[("DYLENS_CONFIG", &config.to_string_lossy())]);
    assert_eq!(session.end().exit_code(), 2);
    let text = session.text();
    assert!(text.contains("config.toml:2: no theme is called"), "{text}");
}
