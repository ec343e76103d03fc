//! `dylens run -- COMMAND`: runs the person's own command, and explains what it printed where it fails.
//!
//! This is the only place in dylens that starts a program, and it starts none but the one that the person typed. On a
//! terminal the command gets a terminal of its own (a pseudo-terminal) and notices nothing: colors, input, the size of the
//! window and signals pass through. Elsewhere, and on Windows, its output passes through pipes. Its exit code is that of
//! `dylens run`; of its output nothing is kept but the errors about files.

mod piped;

use std::ffi::OsString;
use std::io;
#[cfg(unix)]
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
#[cfg(unix)]
use std::thread;

use super::args::{Arguments, Run};
use super::{COULD_NOT, log, output, source};
use crate::buildlog::Log;
use crate::error::Error;
use crate::export::incidents_text;

/// Runs the command. Where it fails, the explorer opens on the errors in its output; where nobody is there to look, that is
/// explained on the error stream: standard output is the command's own.
///
/// # Errors
/// Where the command cannot be started.
pub(super) fn run(arguments: &Arguments, run: &Run) -> Result<ExitCode, Error> {
    let Some(program) = run.command.first() else {
        return Err(Error::new("no command was given", "type dylens run -- COMMAND"));
    };
    let (status, log) = started(&run.command).map_err(|error| {
        let what = format!("{} cannot be started: {error}", Path::new(program).display());
        Error::new(what, "give a command that can be run here")
    })?;
    // Whatever becomes of the explanation: whoever called wants the command's own code.
    if !status.success()
        && let Err(error) = explain(arguments, run, program, log)
    {
        super::complain(&error);
    }
    Ok(ExitCode::from(code(status)))
}

/// Says what the output of the command comes to, beside the environment that its tracebacks lie in; else that of the command's Python.
fn explain(arguments: &Arguments, run: &Run, program: &OsString, log: Log) -> Result<(), Error> {
    if log.incidents.is_empty() {
        output::note(arguments, "the command failed; its output mentions no native-library problem");
        return Ok(());
    }
    let named: Vec<PathBuf> = run.env.iter().cloned().collect();
    let found = log.site.as_deref().and_then(source::environment_around);
    let paths = match named.is_empty() {
        true => found.or_else(|| source::environment_of(program)).into_iter().collect(),
        false => named,
    };
    if log::explored(arguments, &paths, &log)? {
        return Ok(());
    }
    let told = log::compared(arguments, &paths, log)?;
    let paint = output::paint_for_errors(arguments);
    let text = incidents_text(&told.incidents("the command's output"), &paint, false);
    output::explain(&text);
    Ok(())
}

/// The exit code, as a shell tells it: of a command that a signal ended, 128 and the signal's number.
fn code(status: ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(COULD_NOT);
    }
    // Windows has codes of 32 bits, and what is no success must not become one.
    let code = status.code().unwrap_or(COULD_NOT.into());
    u8::try_from(code & 0xff).ok().filter(|&byte| byte != 0 || code == 0).unwrap_or(1)
}

#[cfg(unix)]
fn started(command: &[OsString]) -> io::Result<(ExitStatus, Log)> {
    if io::stdout().is_terminal() { terminal::started(command) } else { piped::started(command) }
}

#[cfg(not(unix))]
fn started(command: &[OsString]) -> io::Result<(ExitStatus, Log)> {
    piped::started(command)
}

/// The signals that end a program go on to the command, which decides.
struct Signals {
    #[cfg(unix)]
    handle: Option<signal_hook::iterator::Handle>,
}

impl Signals {
    /// `with_interrupt` says whether the command does not get Ctrl-C by itself.
    #[cfg(unix)]
    fn pass_to(child: u32, with_interrupt: bool) -> Signals {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP]) else {
            return Signals { handle: None };
        };
        let handle = signals.handle();
        let pid = i32::try_from(child).ok().and_then(rustix::process::Pid::from_raw);
        thread::spawn(move || {
            for signal in &mut signals {
                let is_own = with_interrupt || !matches!(signal, SIGINT | SIGQUIT);
                if let (Some(pid), Some(signal)) = (pid, rustix::process::Signal::from_named_raw(signal))
                    && is_own
                {
                    // It may have ended meanwhile.
                    let _ = rustix::process::kill_process(pid, signal);
                }
            }
        });
        Signals { handle: Some(handle) }
    }

    #[cfg(not(unix))]
    fn pass_to(_: u32, _: bool) -> Signals {
        Signals {}
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.close();
        }
    }
}

/// The command on a terminal of its own.
#[cfg(unix)]
mod terminal {
    use std::ffi::OsString;
    use std::io::{self, IsTerminal, Read, Write};
    use std::process::ExitStatus;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::Signals;
    use crate::buildlog::{Log, Reader};

    pub(super) fn started(command: &[OsString]) -> io::Result<(ExitStatus, Log)> {
        let pty = native_pty_system().openpty(size()).map_err(io::Error::other)?;
        let mut builder = CommandBuilder::from_argv(command.to_vec());
        builder.cwd(std::env::current_dir()?);
        let output = pty.master.try_clone_reader().map_err(io::Error::other)?;
        let input = pty.master.take_writer().map_err(io::Error::other)?;
        let mut child = pty.slave.spawn_command(builder).map_err(io::Error::other)?;
        // The end of the output is told only when nobody holds that side any more.
        drop(pty.slave);
        let _signals = child.process_id().map(|pid| Signals::pass_to(pid, true));
        let _raw = Raw::enter();
        let is_over = AtomicBool::new(false);
        let is_over = &is_over;
        let master = pty.master;
        let sizes = signal_hook::iterator::Signals::new([signal_hook::consts::SIGWINCH])?;
        let handle = sizes.handle();
        let log = thread::scope(|scope| {
            scope.spawn(move || pass_in(input, is_over));
            scope.spawn(move || follow_size(sizes, &*master));
            let log = pass_out(output);
            is_over.store(true, Ordering::SeqCst);
            handle.close();
            log
        });
        Ok((wait(&mut *child)?, log))
    }

    /// The command's own exit status, whole: what the trait tells has lost the signal's number.
    fn wait(child: &mut (dyn Child + Send + Sync)) -> io::Result<ExitStatus> {
        let child: &mut dyn Child = child;
        match child.downcast_mut::<std::process::Child>() {
            Some(child) => child.wait(),
            None => Err(io::Error::other("the system's own child process was expected")),
        }
    }

    fn size() -> PtySize {
        let (cols, rows) = crossterm::terminal::size().unwrap_or((80, 24));
        PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
    }

    /// The command's terminal is as large as the person's.
    fn follow_size(mut changes: signal_hook::iterator::Signals, master: &(dyn MasterPty + Send)) {
        for _ in &mut changes {
            // A command that has ended has no window.
            let _ = master.resize(size());
        }
    }

    /// What the command writes goes to the screen as it is, and is read on its way.
    fn pass_out(mut output: Box<dyn Read + Send>) -> Log {
        let mut reader = Reader::default();
        let mut screen = io::stdout();
        let mut buffer = vec![0; 1 << 14];
        loop {
            match output.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    reader.feed(&buffer[..count]);
                    let _ = screen.write_all(&buffer[..count]).and_then(|()| screen.flush());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Linux tells the end of a pseudo-terminal as an error.
                Err(_) => break,
            }
        }
        reader.finish()
    }

    /// What the person types goes to the command, until it has ended: not a key more is taken.
    fn pass_in(mut input: Box<dyn Write + Send>, is_over: &AtomicBool) {
        const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
        let stdin = io::stdin();
        let mut buffer = [0; 4096];
        let mut is_open = true;
        while !is_over.load(Ordering::SeqCst) {
            if !is_open {
                thread::sleep(std::time::Duration::from_millis(50));
                continue;
            }
            let mut polled = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut polled, Some(&PATIENCE)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => continue,
                Ok(_) => {}
                Err(_) => return,
            }
            match rustix::io::read(&stdin, &mut buffer) {
                Ok(0) => {
                    // What is piped in comes to its end, and a terminal tells that by Ctrl-D. The input stays open: as it
                    // is dropped, it would say so once more.
                    let _ = input.write_all(&[4]).and_then(|()| input.flush());
                    is_open = false;
                }
                Ok(count) if input.write_all(&buffer[..count]).and_then(|()| input.flush()).is_ok() => {}
                Err(rustix::io::Errno::INTR) => {}
                _ => return,
            }
        }
    }

    /// Keys go to the command as they are typed; the terminal is given back as it was.
    struct Raw(bool);

    impl Raw {
        fn enter() -> Raw {
            Raw(io::stdin().is_terminal() && crossterm::terminal::enable_raw_mode().is_ok())
        }
    }

    impl Drop for Raw {
        fn drop(&mut self) {
            if self.0 {
                let _ = crossterm::terminal::disable_raw_mode();
            }
        }
    }
}
