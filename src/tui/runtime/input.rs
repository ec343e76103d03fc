//! Keys, the mouse and the window, read on a thread of their own.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use super::thread::Message;
use crate::tui::message::Msg;
use crate::tui::way::Way;

pub(super) fn read_input(sender: Sender<Message>) {
    let mut clicks = Clicks::default();
    // The first question sets up the listening: a window that changed before would never be heard of.
    let _ = event::poll(Duration::ZERO);
    if let Ok((width, height)) = crossterm::terminal::size() {
        let _ = sender.send(Message::Ours(Msg::Resize(width, height)));
    }
    loop {
        let message = match event::read() {
            Ok(event) => match translated(event, &mut clicks) {
                Some(msg) => Message::Ours(msg),
                None => continue,
            },
            Err(error) => Message::Broken(error),
        };
        let is_last = matches!(message, Message::Broken(_));
        if sender.send(message).is_err() || is_last {
            return;
        }
    }
}

/// Within this time a second click is a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The click before, and when it was.
#[derive(Default)]
struct Clicks(Option<(Instant, u16, u16)>);

impl Clicks {
    /// Is this the second one in the same place? A third begins anew.
    fn is_double(&mut self, column: u16, row: u16) -> bool {
        let is_second = matches!(self.0, Some((when, x, y)) if when.elapsed() < DOUBLE && (x, y) == (column, row));
        self.0 = (!is_second).then(|| (Instant::now(), column, row));
        is_second
    }
}

fn translated(event: Event, clicks: &mut Clicks) -> Option<Msg> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Some(Msg::Key(key)),
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(width, height)),
        Event::Mouse(MouseEvent { kind, column, row, .. }) => match kind {
            MouseEventKind::ScrollUp => Some(Msg::Wheel { way: Way::Up, column, row }),
            MouseEventKind::ScrollDown => Some(Msg::Wheel { way: Way::Down, column, row }),
            MouseEventKind::Down(MouseButton::Left) => {
                Some(Msg::Click { column, row, is_double: clicks.is_double(column, row) })
            }
            MouseEventKind::Drag(MouseButton::Left) => Some(Msg::Drag { column, row }),
            MouseEventKind::Up(MouseButton::Left) => Some(Msg::Release),
            _ => None,
        },
        _ => None,
    }
}
