//! Whatever is typed, nothing breaks.

use crate::tui::harness::{Face, WORLD, environment, face};
use crate::tui::letters;
use crate::tui::view::numpy::NUMPY;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use dylens::tui::message::{Fetched, Msg};
use dylens::tui::update::update;
use dylens::tui::way::Way;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// What can happen to a face.
#[derive(Clone, Debug)]
enum Happening {
    Keys(String),
    Ctrl(char),
    Shift(u8),
    Click(u16, u16, bool),
    Drag(u16, u16),
    Wheel(bool, u16, u16),
    Resize(u16, u16),
    Paste(String),
    /// Another scan comes in, of a world by its number.
    Scanned(usize),
    Compared(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let cell = (0u16..320, 0u16..110);
    prop_oneof![
        10 => "[hjklgGHLwWfsbcyvtdoxTnNzeiDMr.<>+\\-0123456789?:/ qé学\u{301}\\]\\[⏎⎋⇥⇤⌫↑↓←→⇞⇟a-f]{1,12}".prop_map(Happening::Keys),
        1 => prop::char::range('a', 'z').prop_map(Happening::Ctrl),
        1 => (0u8..4).prop_map(Happening::Shift),
        2 => (cell.clone(), any::<bool>()).prop_map(|((x, y), is_double)| Happening::Click(x, y, is_double)),
        1 => cell.clone().prop_map(|(x, y)| Happening::Drag(x, y)),
        1 => (any::<bool>(), cell).prop_map(|(is_up, (x, y))| Happening::Wheel(is_up, x, y)),
        3 => (1u16..=300, 1u16..=100).prop_map(|(width, height)| Happening::Resize(width, height)),
        1 => "[a-z:\n学\u{200b}]{0,20}".prop_map(Happening::Paste),
        1 => (0usize..3).prop_map(Happening::Scanned),
        1 => (0usize..3).prop_map(Happening::Compared),
    ]
}

fn world(at: usize) -> String {
    [WORLD.to_owned(), NUMPY.to_owned(), letters::world()][at % 3].clone()
}

fn happens(face: &mut Face, happening: Happening) {
    let press = |code, modifiers| Msg::Key(KeyEvent::new(code, modifiers));
    let msg = match happening {
        Happening::Keys(keys) => {
            face.type_keys(&keys);
            return;
        }
        Happening::Ctrl(letter) => press(KeyCode::Char(letter), KeyModifiers::CONTROL),
        Happening::Shift(at) => {
            let arrows = [KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down];
            press(arrows[usize::from(at)], KeyModifiers::SHIFT)
        }
        Happening::Click(column, row, is_double) => Msg::Click { column, row, is_double },
        Happening::Drag(column, row) => Msg::Drag { column, row },
        Happening::Wheel(is_up, column, row) => {
            Msg::Wheel { way: if is_up { Way::Up } else { Way::Down }, column, row }
        }
        Happening::Resize(width, height) => Msg::Resize(width, height),
        Happening::Paste(text) => Msg::Paste(text),
        Happening::Scanned(at) => return face.scanned(&world(at)),
        Happening::Compared(at) => {
            let before = std::sync::Arc::new(crate::tui::harness::scan(&world(at)));
            Msg::Fetched(Ok(Fetched::Before(before)))
        }
    };
    update(&mut face.model, msg);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2026),
        ..ProptestConfig::default()
    })]
    #[test]
    fn whatever_happens_a_whole_screen_is_drawn(
        start in 0usize..3,
        size in (1u16..=300, 1u16..=100),
        happenings in proptest::collection::vec(happening(), 1..24),
    ) {
        let mut face = environment(&world(start), size);
        for happening in happenings {
            happens(&mut face, happening);
            letters::is_whole(&face, "whatever happens");
        }
    }
}

#[test]
fn every_small_size_is_drawn() {
    let mut face = face(WORLD, (80, 24));
    for keys in ["1", "2", "+", "3", "v", "v", "4", "5", "6", "1⇥", "⎋/num", "⎋?", "⎋w", "⎋f", "⎋y", "⎋x"]
    {
        face.type_keys(keys);
        for width in 1..70 {
            for height in [1, 2, 3, 5, 6, 7, 14, 15, 16, 21] {
                face.resize((width, height));
                face.screen();
            }
        }
        face.resize((120, 36));
    }
}
