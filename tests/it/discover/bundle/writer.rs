//! Writes the archives that bundlers write, as small as they can be.

use std::io::{Cursor, Write};

use dylens::vfs::{FileSystem, Memory, VPath};
use dylens::world::text;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A member of PyInstaller's archive: what it is, its name, its content, and whether it is packed.
pub type Member<'a> = (u8, &'a str, Vec<u8>, bool);

/// An image in the words of a text world: `elf x86_64 needs:libz.so.1`.
pub fn image(words: &str) -> Vec<u8> {
    let world = text::read(&format!("//- /it {words}\n")).expect("an image");
    world.files.read(&VPath::new("/it"), usize::MAX).expect("its bytes")
}

/// A zip archive of empty members.
pub fn zip(names: &[&str]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a member");
    }
    writer.finish().expect("an archive").into_inner()
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// PyInstaller's archive of modules, without their code.
pub fn pyz(modules: &[&str]) -> Vec<u8> {
    let modules: Vec<(&str, u8, &[u8])> = modules.iter().map(|name| (*name, 0, &b""[..])).collect();
    pyz_of(&modules)
}

/// PyInstaller's archive of modules: a head for Python 3.11, their code, and the table as Python's `marshal` writes it. Each
/// has a kind (1 is a package) and a `.pyc` file.
pub fn pyz_of(modules: &[(&str, u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut table = vec![b'['];
    table.extend((modules.len() as u32).to_le_bytes());
    for (name, kind, file) in modules {
        let code = if file.is_empty() { Vec::new() } else { zlib(&file[16..]) };
        table.extend([b')', 2, b'z', name.len() as u8]);
        table.extend(name.as_bytes());
        table.extend([b')', 3]);
        for number in [usize::from(*kind), 12 + body.len(), code.len()] {
            table.push(b'i');
            table.extend((number as u32).to_le_bytes());
        }
        body.extend(code);
    }
    let place = 12 + body.len() as u32;
    [b"PYZ\0\xa7\x0d\x0d\x0a", &place.to_be_bytes()[..], &body, &table].concat()
}

/// A program with PyInstaller's archive at its end, as 3.11 is told and `library` opened.
pub fn bootloader(program: &[u8], library: &str, members: &[Member]) -> Vec<u8> {
    let (mut body, mut table) = (Vec::new(), Vec::new());
    for (kind, name, bytes, is_packed) in members {
        let packed = if *is_packed { zlib(bytes) } else { bytes.clone() };
        // Names end with a zero, and lines at a multiple of 16.
        let line = (18 + name.len() + 1).next_multiple_of(16);
        for word in [line, body.len(), packed.len(), bytes.len()] {
            table.extend((word as u32).to_be_bytes());
        }
        table.extend([u8::from(*is_packed), *kind]);
        table.extend(name.as_bytes());
        table.resize(table.len() + line - 18 - name.len(), 0);
        body.extend(packed);
    }
    let whole = body.len() + table.len() + 88;
    let mut cookie = b"MEI\x0c\x0b\x0a\x0b\x0e".to_vec();
    for word in [whole, body.len(), table.len(), 311] {
        cookie.extend((word as u32).to_be_bytes());
    }
    cookie.extend(library.as_bytes());
    cookie.resize(88, 0);
    [program, &body, &table, &cookie].concat()
}

/// What Nuitka's programs have within: blocks of constants, one for each compiled module.
pub fn blocks(modules: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in [".bytecode", "", "__main__"].iter().chain(modules) {
        bytes.extend([name.as_bytes(), b"\0", &3u32.to_le_bytes(), b"abc"].concat());
    }
    [b"__nuitka\0", &bytes[..], b"\0\0\0\0\0"].concat()
}

/// A file of Nuitka's payload.
pub fn unpacked(name: &str, bytes: &[u8], has_checksum: bool) -> Vec<u8> {
    let checksum: &[u8] = if has_checksum { &[1, 2, 3, 4] } else { &[] };
    [name.as_bytes(), b"\0\x01", &(bytes.len() as u64).to_le_bytes(), checksum, bytes].concat()
}

/// The files of a text world, and some more.
pub fn files(world: &str, more: &[(&str, Vec<u8>)]) -> (Memory, Vec<(String, String)>) {
    let world = text::read(world).expect("the world is well written");
    let mut files = world.files;
    for (path, bytes) in more {
        files.file(&VPath::new(path), bytes.clone());
    }
    (files, world.settings)
}
