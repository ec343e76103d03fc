//! A command whose output passes through pipes: on at once, and read line by line on its way.
//!
//! The command's end is the end, whoever else holds the pipes: a daemon that it left behind would hold them for ever.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use super::Signals;
use crate::buildlog::{Log, Reader};

/// Runs the command to its end. All that it wrote until then is passed on, and nothing that others write later.
pub(super) fn started(command: &[OsString]) -> io::Result<(ExitStatus, Log)> {
    let mut child =
        Command::new(&command[0]).args(&command[1..]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let _signals = Signals::pass_to(child.id(), !is_at_terminal());
    let reader = Arc::new(Mutex::new(Reader::default()));
    let mut streams = streams::Streams::new()?;
    if let Some(out) = child.stdout.take() {
        let reader = reader.clone();
        streams.follow(out, move |out| pass_on(out, &mut io::stdout(), &reader))?;
    }
    if let Some(err) = child.stderr.take() {
        let reader = reader.clone();
        streams.follow(err, move |err| pass_on(err, &mut io::stderr(), &reader))?;
    }
    let status = child.wait()?;
    streams.end();
    let log = std::mem::take(&mut *reader.lock().unwrap_or_else(PoisonError::into_inner)).finish();
    Ok((status, log))
}

/// Does a terminal send Ctrl-C to the command as well as to dylens?
fn is_at_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}

/// Passes a stream on, and what of it are whole lines to the reader: those of two streams come mixed, and never parted.
fn pass_on(from: &mut dyn Read, to: &mut impl Write, reader: &Mutex<Reader>) {
    const MOST: usize = 1 << 16;
    let mut buffer = vec![0; 1 << 14];
    let mut line = Vec::new();
    let mut is_open = true;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let bytes = &buffer[..count];
        // Whoever reads has seen enough: the command goes on, as its own reader would let it.
        is_open = is_open && to.write_all(bytes).and_then(|()| to.flush()).is_ok();
        line.extend_from_slice(bytes);
        let whole = memchr::memrchr(b'\n', &line).map_or(if line.len() > MOST { line.len() } else { 0 }, |at| at + 1);
        if whole > 0
            && let Ok(mut reader) = reader.lock()
        {
            reader.feed(&line[..whole]);
            line.drain(..whole);
        }
    }
    if let Ok(mut reader) = reader.lock() {
        reader.feed(&line);
    }
}

/// Streams that are read up to what is in them when the command ends, to the byte.
#[cfg(unix)]
mod streams {
    use std::io::{self, PipeReader, PipeWriter, Read};
    use std::os::fd::AsFd;
    use std::thread::{self, JoinHandle};

    use rustix::event::{PollFd, PollFlags, poll};

    /// The threads that read, and the pipe whose end tells them that the command has ended.
    pub(super) struct Streams {
        ended: PipeReader,
        goes_on: PipeWriter,
        threads: Vec<JoinHandle<()>>,
    }

    impl Streams {
        pub(super) fn new() -> io::Result<Streams> {
            let (ended, goes_on) = io::pipe()?;
            Ok(Streams { ended, goes_on, threads: Vec::new() })
        }

        pub(super) fn follow(
            &mut self,
            from: impl Read + AsFd + Send + 'static,
            work: impl FnOnce(&mut dyn Read) + Send + 'static,
        ) -> io::Result<()> {
            let mut stream = Stream { from, ended: self.ended.try_clone()?, left: None };
            self.threads.push(thread::spawn(move || work(&mut stream)));
            Ok(())
        }

        /// The command has ended: waits until what it wrote is passed on.
        pub(super) fn end(self) {
            drop(self.goes_on);
            for thread in self.threads {
                let _ = thread.join();
            }
        }
    }

    struct Stream<R> {
        from: R,
        ended: PipeReader,
        /// How many bytes are still to come, once the command has ended.
        left: Option<u64>,
    }

    impl<R: Read + AsFd> Read for Stream<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            while self.left.is_none() {
                let mut polled = [PollFd::new(&self.ended, PollFlags::IN), PollFd::new(&self.from, PollFlags::IN)];
                match poll(&mut polled, None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
                let [has_ended, has_more] = polled.map(|polled| !polled.revents().is_empty());
                if has_ended {
                    self.left = Some(rustix::io::ioctl_fionread(&self.from)?);
                } else if has_more {
                    return self.from.read(buffer);
                }
            }
            let left = self.left.unwrap_or(0);
            let count = (&mut self.from).take(left).read(buffer)?;
            self.left = Some(left - count as u64);
            Ok(count)
        }
    }
}

/// Streams that are read until they end, or until nothing more comes after the command has ended: this system cannot be asked
/// what is in a pipe without `unsafe`.
#[cfg(not(unix))]
mod streams {
    use std::io::{self, Read};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
    use std::thread;
    use std::time::Duration;

    /// So long nothing may come.
    const PATIENCE: Duration = Duration::from_secs(1);
    /// Somebody who writes on without end is heard no longer than so many times that.
    const MOST_TIMES: usize = 10;

    pub(super) struct Streams {
        sender: Sender<()>,
        done: Receiver<()>,
        /// Counts up at each end and at each beginning of a read: odd while bytes are passed on.
        steps: Vec<Arc<AtomicUsize>>,
    }

    impl Streams {
        pub(super) fn new() -> io::Result<Streams> {
            let (sender, done) = channel();
            Ok(Streams { sender, done, steps: Vec::new() })
        }

        pub(super) fn follow(
            &mut self,
            from: impl Read + Send + 'static,
            work: impl FnOnce(&mut dyn Read) + Send + 'static,
        ) -> io::Result<()> {
            let step = Arc::new(AtomicUsize::new(1));
            self.steps.push(step.clone());
            let sender = self.sender.clone();
            thread::spawn(move || {
                work(&mut Stream { from, step });
                // Nobody listens any more where this comes too late.
                let _ = sender.send(());
            });
            Ok(())
        }

        /// The command has ended: waits until what it wrote is passed on.
        pub(super) fn end(self) {
            let steps = || self.steps.iter().map(|step| step.load(Ordering::SeqCst)).collect::<Vec<_>>();
            let (mut open, mut before, mut times) = (self.steps.len(), steps(), 0);
            while open > 0 && times < MOST_TIMES {
                match self.done.recv_timeout(PATIENCE) {
                    Ok(()) => open -= 1,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        let now = steps();
                        let is_passing = now.iter().any(|step| step % 2 == 1);
                        if now == before && !is_passing {
                            return;
                        }
                        // Whoever takes the output may do so as slowly as they like.
                        times += usize::from(!is_passing);
                        before = now;
                    }
                }
            }
        }
    }

    struct Stream<R> {
        from: R,
        step: Arc<AtomicUsize>,
    }

    impl<R: Read> Read for Stream<R> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.step.fetch_add(1, Ordering::SeqCst);
            let got = self.from.read(buffer);
            self.step.fetch_add(1, Ordering::SeqCst);
            got
        }
    }
}
