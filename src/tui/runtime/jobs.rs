//! What is done beside the screen: exports, a look for symbols, large pictures, the symbols of what is chosen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use super::thread::{Message, spawn};
use crate::export::{Excerpt, Format};
use crate::scan::Scan;
use crate::tui::drawing::Drawing;
use crate::tui::message::Msg;
use crate::tui::model::Model;
use crate::tui::output::{Job, Order};
use crate::tui::symbols::{self, WantedSymbols};

/// What is under way beside the screen: exports, and a look for symbols.
#[derive(Default)]
pub(super) struct Jobs {
    pub(super) preview: Arc<Job>,
    pub(super) file: Arc<Job>,
    /// Set when nobody waits for the symbols any more.
    find: Arc<AtomicBool>,
}

impl Jobs {
    /// Looks for symbols of a name, and for those of no other any more.
    pub(super) fn find_symbols(&mut self, model: &Model, sender: &Sender<Message>, name: String) {
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
pub(super) fn beside(
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

/// Makes the pictures that are too large to be waited for, on a thread of its own.
pub(super) struct Draftsman {
    drawings: Sender<Arc<Drawing>>,
    /// The number of the newest that was handed over.
    newest: u64,
}

impl Draftsman {
    pub(super) fn start(sender: &Sender<Message>) -> Draftsman {
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
    pub(super) fn follow(&mut self, model: &Model) {
        let newest = self.newest;
        for drawing in model.drawings.iter().filter(|drawing| drawing.number > newest) {
            self.newest = self.newest.max(drawing.number);
            // Its thread ends only with the program.
            let _ = self.drawings.send(drawing.clone());
        }
    }
}

/// Reads the symbols of what is chosen, on a thread of its own.
pub(super) struct SymbolReader {
    wanted: Sender<WantedSymbols>,
    /// The number of what was handed over last.
    number: u64,
}

impl SymbolReader {
    pub(super) fn start(sender: &Sender<Message>) -> SymbolReader {
        let (wanted, asked) = channel();
        spawn(sender, move |sender| {
            symbols::read(&asked, &|read| sender.send(Message::Ours(Msg::Symbols(read))).is_ok());
        });
        SymbolReader { wanted, number: 0 }
    }

    /// Hands over what has come to be wanted.
    pub(super) fn follow(&mut self, model: &Model) {
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
