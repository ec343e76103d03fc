//! Threads beside the loop, and what comes of them through its channel.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use crate::error::Error;
use crate::tui::message::Msg;

/// What comes through the channel: a message, or the end of a thread that should not have ended.
pub(super) enum Message {
    Ours(Msg),
    /// What the scan of this number tells; an older one may still be at work, and of no interest.
    OfScan(u64, Msg),
    Crashed,
    /// The program was stopped, and goes on.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nothing tells of it there"))]
    Continued,
    Broken(io::Error),
}

/// Runs something on a thread of its own. Where that panics, the terminal is given back already and the loop would wait
/// for ever: it is told to end.
pub(super) fn spawn(sender: &Sender<Message>, work: impl FnOnce(Sender<Message>) + Send + 'static) {
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

pub(super) fn crashed() -> Error {
    Error::new("a part of dylens ended with a panic", "report the words above; --no-tui prints the report without it")
}
