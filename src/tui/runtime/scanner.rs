//! The scan's thread, and those that read a log or a scan to compare with.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::thread::{Message, spawn};
use crate::error::Error;
use crate::survey::Progress;
use crate::tui::effect::Want;
use crate::tui::message::{Fetched, Msg};
use crate::tui::options::{Opener, Place, Source};
use crate::tui::scan_index::ScanIndex;
use crate::tui::watch::Watch;

/// The scan's thread.
pub(super) struct Scanner {
    pub(super) source: Source,
    pub(super) open: Opener,
    /// What was looked at before something else was asked for, until that is scanned.
    pub(super) before: Option<Source>,
    pub(super) sender: Sender<Message>,
    pub(super) watch: Option<Watch>,
    /// How many scans were begun.
    pub(super) number: u64,
    pub(super) cancel: Arc<AtomicBool>,
}

impl Scanner {
    pub(super) fn start(&mut self) {
        self.cancel = Arc::default();
        self.number += 1;
        let number = self.number;
        let (source, cancel, watch) = (self.source.clone(), self.cancel.clone(), self.watch.clone());
        spawn(&self.sender, move |sender| {
            // The receiver is gone only when the program ends.
            let tell = |event| drop(sender.send(Message::OfScan(number, Msg::Progress(event))));
            let progress = Progress { tell: &tell, cancel: &cancel };
            let msg = match source(&progress) {
                Ok(scan) => {
                    if let Some(watch) = watch {
                        watch.look_at(&scan);
                    }
                    Msg::Scanned(Arc::new(ScanIndex::new(scan)))
                }
                Err(error) => Msg::Failed(error),
            };
            let _ = sender.send(Message::OfScan(number, msg));
        });
    }

    /// Scans something else from now on.
    pub(super) fn look(&mut self, place: &Place) {
        match (self.open)(place) {
            Ok(source) => {
                // What is scanned still is of no interest any more.
                self.stop();
                self.before = Some(std::mem::replace(&mut self.source, source));
                self.start();
            }
            Err(error) => drop(self.sender.send(Message::Ours(Msg::Failed(error)))),
        }
    }

    /// Where something else cannot be scanned, a rescan is one of what is shown.
    pub(super) fn settle(&mut self, msg: &Msg) {
        match (msg, self.before.take()) {
            (Msg::Failed(_), Some(before)) => self.source = before,
            (Msg::Scanned(_), _) => {}
            (_, before) => self.before = before,
        }
    }

    /// Brings in a scan to compare with or a log.
    pub(super) fn fetch(&self, want: Want, path: PathBuf) {
        let open = self.open.clone();
        spawn(&self.sender, move |sender| {
            let fetched = match want {
                Want::Log => fetched_log(&path),
                _ => open(&Place::Path(path)).and_then(|source| {
                    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
                    source(&progress).map(|scan| Fetched::Before(Arc::new(scan)))
                }),
            };
            let fetched = fetched.map_err(|error| error.to_string());
            let _ = sender.send(Message::Ours(Msg::Fetched(fetched)));
        });
    }

    pub(super) fn stop(&self) {
        self.cancel.store(true, Ordering::Relaxed);
    }
}

fn fetched_log(path: &Path) -> Result<Fetched, Error> {
    let log = File::open(path).and_then(|mut file| crate::buildlog::read(&mut file));
    let wrong = |error| Error::new(format!("{} cannot be read: {error}", path.display()), "name the file of a log");
    log.map(|log| Fetched::Log(Box::new(log))).map_err(wrong)
}
