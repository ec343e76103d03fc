//! The terminal as it was: taken over with a guard, given back on the way out, whatever that way is.

use std::io::{self, Stdout, Write, stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use super::draw::draw;
use super::model::Model;

/// Is the terminal ours? Giving it back twice would undo what the shell has done since.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
    with_mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where there is none.
    pub fn take(with_mouse: bool) -> io::Result<Screen> {
        restore_on_panic();
        let terminal = enter(with_mouse).and_then(|()| Terminal::new(CrosstermBackend::new(stdout())));
        Ok(Screen { terminal: terminal.inspect_err(|_| leave())?, with_mouse })
    }

    /// Draws a frame, unless the terminal has been given back already: another thread may have panicked, and its words
    /// are on the shell's screen now.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if TAKEN.load(Ordering::SeqCst) {
            self.terminal.draw(render)?;
            // It may have been given back in the midst of that: a frame hides the cursor.
            if !TAKEN.load(Ordering::SeqCst) {
                execute!(stdout(), cursor::Show)?;
            }
        }
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// Where the terminal is gone.
    pub fn capture_mouse(&mut self, is_ours: bool) -> io::Result<()> {
        self.with_mouse = is_ours;
        match is_ours {
            true => execute!(stdout(), EnableMouseCapture),
            false => execute!(stdout(), DisableMouseCapture),
        }
    }

    /// Gives the terminal back, with the last frame on the shell's own screen.
    pub fn keep_frame(&mut self, model: &Model) {
        leave();
        let area = Rect::new(0, 0, model.size.0, model.size.1);
        let mut buffer = Buffer::empty(area);
        draw(model, area, &mut buffer);
        let rows = buffer.content.chunks(usize::from(area.width.max(1)));
        let text: Vec<String> = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>()).collect();
        // The shell's screen may be gone; then nobody reads it.
        let _ = writeln!(stdout(), "{}", text.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n"));
    }

    /// Gives the terminal back for a while.
    pub fn leave(&mut self) {
        leave();
    }

    /// Takes it again; everything must be drawn anew.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn enter(&mut self) -> io::Result<()> {
        enter(self.with_mouse)?;
        // Not `clear`: that asks the terminal for the cursor, and the thread that reads keys would swallow the answer.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn enter(with_mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = stdout();
    queue!(out, EnterAlternateScreen, cursor::Hide)?;
    // Old consoles of Windows know no brackets: there, what is pasted is typed.
    let _ = queue!(out, EnableBracketedPaste);
    if with_mouse {
        queue!(out, EnableMouseCapture)?;
    }
    out.flush()
}

/// Undoes everything, each by itself: what an old console of Windows does not know keeps nothing else from being undone.
/// Errors are of no use here, as there may be no terminal any more.
fn leave() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = stdout();
        let _ = queue!(out, DisableMouseCapture);
        let _ = queue!(out, DisableBracketedPaste);
        let _ = queue!(out, LeaveAlternateScreen);
        let _ = queue!(out, cursor::Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// A panic's message must land on the shell's screen, not on the one that is about to vanish.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            leave();
            before(info);
        }));
    });
}
