//! Letters of all scripts: wide ones, accents, right to left, and what cannot be seen. A real terminal shows each of them
//! where the face has put it, and no column is shifted.

use std::io;

use dylens::tui::draw::frame;
use dylens::tui::model::Model;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use unicode_width::UnicodeWidthStr;

use super::harness::{Face, WORLD, face};

/// Modules with such names, each of which needs a library with such a name that is nowhere and one that is there.
pub fn world() -> String {
    let site = "/env/lib/python3.11/site-packages";
    let names = [
        "数学ライブラリ数学ライブラリ数学ライブラリ",
        "cafe\u{301}_mode\u{300}le",
        "\u{301}accent_first",
        "שלום_עולם",
        "مرحبا",
        "family\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "heart\u{2764}\u{fe0f}",
        "flag\u{1f1e9}\u{1f1ea}",
        "hidden\u{200b}\u{202e}space",
        "हिन्दी_मॉड्यूल",
        "ไทยภาษาไทย",
        "ｆｕｌｌｗｉｄｔｈ",
        "한국어_모듈",
    ];
    let mut world = format!("{WORLD}//- {site}/数学-1.0.dist-info/RECORD\n");
    for name in names {
        world += &format!("数学/{name}.cpython-311-x86_64-linux-gnu.so,,\n数学.libs/lib{name}.so.1,,\n");
    }
    for name in names {
        world += &format!(
            "//- {site}/数学/{name}.cpython-311-x86_64-linux-gnu.so elf x86_64 rpath:$ORIGIN/../数学.libs needs:lib{name}.so.1,libopenblas.so.0,libc.so.6\n\
             //- {site}/数学.libs/lib{name}.so.1 elf x86_64 soname:lib{name}.so.1 needs:libc.so.6\n"
        );
    }
    world
}

/// What a terminal shows of a frame: the text of each cell, nothing behind a wide letter.
fn shown(model: &Model) -> Vec<Vec<String>> {
    let (width, height) = model.size;
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    let mut bytes = io::Cursor::new(Vec::new());
    let mut terminal = Terminal::with_options(CrosstermBackend::new(&mut bytes), options).expect("a terminal");
    terminal.draw(|target| frame(model, target)).expect("a frame");
    drop(terminal);
    let size = |cells: u16| cells.try_into().expect("not zero");
    let mut parser = vt100::Parser::new(size(height), size(width), 0);
    parser.process(bytes.get_ref());
    let cell =
        |row, column| parser.screen().cell(row, column).map(|cell| cell.contents().to_owned()).unwrap_or_default();
    (0..height).map(|row| (0..width).map(|column| cell(row, column)).collect()).collect()
}

pub fn is_whole(face: &Face, keys: &str) {
    let shown = shown(&face.model);
    let buffer = face.buffer();
    let width = usize::from(buffer.area.width);
    for (y, cells) in buffer.content.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let symbol = cells[x].symbol();
            let wide = symbol.width();
            // Of some scripts, a cluster of letters is one, and wider.
            assert!((1..=4).contains(&wide), "{keys}: {symbol:?} at {x}, {y} is {wide} cells wide\n{}", face.screen());
            assert!(x + wide <= width, "{keys}: half of {symbol:?} at the edge of row {y}\n{}", face.screen());
            let behind = cells[x + 1..x + wide].iter().find(|cell| !cell.symbol().trim().is_empty());
            assert!(behind.is_none(), "{keys}: {symbol:?} at {x}, {y} lies over {behind:?}\n{}", face.screen());
            let seen = shown[y][x..x + wide].concat();
            let is_same = seen == symbol || symbol == " " && seen.is_empty();
            assert!(is_same, "{keys}: {seen:?} instead of {symbol:?} at {x}, {y}\n{}", face.screen());
            x += wide;
        }
    }
}

#[test]
fn no_letter_shifts_a_column() {
    let world = world();
    for size in [(80, 24), (120, 36), (47, 17)] {
        let mut face = face(&world, size);
        let search = "/\u{5b66}so";
        for keys in [
            "1",
            "2",
            "+",
            "3",
            "v",
            "v",
            "t",
            "4ge",
            "G",
            "5",
            "6",
            search,
            "⏎",
            "n",
            "w",
            "⎋W",
            "⎋y",
            "⎋4s",
            "5s",
            "⎋2/accent⏎",
            "3e",
            "/cafe\u{301}",
            "⏎4",
            "2",
            "/ไทย⏎",
            "/한⏎5h",
            "x",
            "⎋o/\u{6570}/e\u{301}\u{5b66}\u{200b}",
        ] {
            face.type_keys(keys);
            is_whole(&face, keys);
        }
    }
    // Every width cuts other letters.
    for (keys, most) in [
        ("4ge", 110),
        ("2/\u{5b66}⏎", 110),
        ("5", 110),
        ("/\u{5b66}", 70),
        ("/\u{30e9}⏎4f", 110),
        ("/\u{30e9}⏎4y", 110),
    ] {
        let mut face = face(&world, (80, 24)).typed(keys);
        for width in 1..most {
            face.resize((width, 18));
            is_whole(&face, &format!("{keys} in {width} columns"));
        }
    }
}

#[test]
fn a_match_is_lit_in_any_script() {
    let lit = |keys: &str| {
        let face = face(&world(), (120, 36)).typed(keys);
        let styles = face.styles();
        let of = |line: &str| line.contains("UNDERLINED").then(|| line.split('"').nth(1).map(str::to_owned)).flatten();
        styles.lines().filter_map(of).collect::<Vec<_>>()
    };
    assert!(lit("/\u{5b66}\u{30e9}").iter().any(|text| text.starts_with('学')), "{:?}", lit("/\u{5b66}\u{30e9}"));
    assert!(
        lit("/fe\u{301}").iter().any(|text| text == "fe\\u{301}"),
        "a letter with its accent: {:?}",
        lit("/fe\u{301}")
    );
    assert!(lit("/한국⏎4").iter().any(|text| text.trim() == "한"), "{:?}", lit("/한국⏎4"));
}

#[test]
fn what_cannot_be_seen_is_told_wherever_a_name_is_shown() {
    let mut face = face(&world(), (120, 36)).typed("/hidden⏎2");
    assert!(face.screen().contains("hidden\\u{200b}\\u{202e}space"), "{}", face.screen());
    face.type_keys("/accent_first⏎");
    assert!(face.screen().contains("\\u{301}accent_first"), "{}", face.screen());
}
