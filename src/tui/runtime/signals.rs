//! The signals that end the program, and the one that lets it go on after it was stopped.

use std::io;
#[cfg(unix)]
use std::sync::Arc;
#[cfg(unix)]
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::Sender;

use super::thread::Message;
#[cfg(unix)]
use super::thread::spawn;
#[cfg(unix)]
use crate::tui::message::Msg;

/// The signals that end a program, and the one that came; and that which lets it go on after it was stopped.
pub(super) struct Signals {
    #[cfg(unix)]
    came: Arc<AtomicI32>,
    #[cfg(unix)]
    iterator: std::cell::RefCell<Option<signal_hook::iterator::Signals>>,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> io::Result<Signals> {
        use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let iterator = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCONT])?;
        Ok(Signals { came: Arc::default(), iterator: Some(iterator).into() })
    }

    pub(super) fn tell(&self, sender: &Sender<Message>) {
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
    pub(super) fn pass_on(&self) {
        let signal = self.came.load(Ordering::SeqCst);
        if signal != 0 {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    pub(super) fn listen() -> io::Result<Signals> {
        Ok(Signals {})
    }

    pub(super) fn tell(&self, _: &Sender<Message>) {}

    pub(super) fn pass_on(&self) {}
}
