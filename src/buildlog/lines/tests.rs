use super::{Line, Lines};

fn lines_of(bytes: &[u8]) -> Vec<Line> {
    let mut lines = Lines::default();
    // In small pieces, as pipes hand them over.
    for piece in bytes.chunks(3) {
        lines.feed(piece);
    }
    lines.finish();
    std::iter::from_fn(|| lines.next()).collect()
}

fn texts(bytes: &[u8]) -> Vec<String> {
    lines_of(bytes).into_iter().map(|line| line.text).collect()
}

#[test]
fn colors_and_titles_of_windows_are_no_text() {
    assert_eq!(texts(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\n"), ["red x"]);
    assert_eq!(texts(b"\x1b_bk;t=1700000000000\x07message\n"), ["message"]);
}

#[test]
fn what_a_progress_bar_wrote_over_stands_in_the_same_line() {
    let lines = lines_of(b"10%\r20%\r\nnext\r\n");
    let told: Vec<(&str, usize)> = lines.iter().map(|line| (line.text.as_str(), line.number(0))).collect();
    assert_eq!(told, [("10%", 1), ("20%", 1), ("next", 2)]);
}

#[test]
fn empty_lines_are_counted() {
    let lines = lines_of(b"a\r\n\r\nb");
    assert_eq!(lines.iter().map(|line| line.number(0)).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn nuitka_s_wrapped_lines_are_one_again() {
    let lines = lines_of(b"x\nFATAL: Error, failed to find path\nFATAL: @rpath/a.so (resolved\nFATAL: DLL to b)\ny\n");
    let line = &lines[1];
    assert_eq!(line.text, "Error, failed to find path @rpath/a.so (resolved DLL to b)");
    assert_eq!((line.number(0), line.number(30), line.number(line.text.len())), (2, 3, 4));
    assert_eq!(texts(b"Nuitka:WARNING: a\nFATAL: b\n"), ["a", "b"], "other prefixes are other messages");
}

#[test]
fn what_collects_logs_leaves_prefixes() {
    for line in [
        "2024-06-27T10:11:12.1234567Z message",
        "build\tRun tests\t2024-06-27T10:11:12.1234567Z message",
        "#12 34.56 message",
        "  | message",
        "builder_1  | message",
        "[2024-06-27 10:11:12] message",
        "2024-06-27 10:11:12,123 - INFO: message",
        "12345 WARNING: message",
        "##[error]message",
        "> message",
        "#9 1.0 2024-06-27T10:11:12Z   | message",
        "2024-05-22T12:43:46.962646Z 00O message",
        "2024-05-22T12:43:46.962646Z 01E+message",
        "2024-06-27T10:11:12.123456789Z stdout F message",
        "10:11:12 message",
        "[10:11:12.345] message",
        "::error file=a.py,line=1::message",
        "  \u{2502} message",
        " => => # message",
        "[stderr] message",
    ] {
        assert_eq!(texts(line.as_bytes()), ["message"], "{line}");
    }
    assert_eq!(texts(b"12 files, 3 | 4\n"), ["12 files, 3 | 4"]);
}

#[test]
fn powershell_s_utf_16_is_read_and_other_bytes_in_their_code_page() {
    let wide: Vec<u8> = "\u{feff}é FATAL\r\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&wide), ["é FATAL", "b"]);
    let wide: Vec<u8> = "\u{feff}a\nb".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(texts(&wide), ["a", "b"]);
    assert_eq!(texts(b"\xef\xbb\xbfa \xe9\n"), ["a é"]);
}

#[test]
fn a_line_of_any_length_ends_somewhere() {
    let long = [vec![b'x'; 300_000], b"\nnext\n".to_vec()].concat();
    let lines = texts(&long);
    assert_eq!((lines[0].len(), lines[1].as_str()), (super::MOST_BYTES, "next"));
    let wide: Vec<u8> =
        format!("\u{feff}{}\nnext\n", "x".repeat(100_000)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&wide)[1], "next");
}

#[test]
fn a_report_s_attributes_hold_lines() {
    let report =
        b"<nuitka-compilation-report nuitka_version=\"2.4\">\n<x y=\"a &lt;b&gt;&#10;c &amp; d &quot;e&quot;\"/>\n";
    assert_eq!(texts(report)[1..], ["<x y=\"a <b>", "c & d \"e\"\"/>"]);
}
