//! Nuitka: a `.dist` folder, whose program has the compiled modules within, or a program of one file that unpacks such a
//! folder.
//!
//! The compiled modules are listed where their constants are (`DataComposer.py`, 0.6.x to 4.3): blocks of a name that ends
//! with a zero, a length of four bytes, and as many bytes; the block of the modules that stay bytecode is `.bytecode`.

use std::sync::Arc;

use super::{Bundle, Form, Modules, RecognizedBundle, programs, version_in};
use crate::error::Error;
use crate::image::Name;
use crate::tools::Bundler;
use crate::vfs::onefile::{OneFile, Packing, payload};
use crate::vfs::{FileSystem, ReadAt, VPath};
use crate::world::Python;

/// The block of the modules that stay bytecode: every program has it.
const BYTECODE: &[u8] = b".bytecode\0";
const LONGEST_NAME: usize = 512;
const MOST_BLOCKS: usize = 200_000;

/// A folder with a program of Nuitka's. One that unpacks itself has nothing to do with the folder.
pub(super) fn folder(fs: &Arc<dyn FileSystem>, root: &VPath) -> Option<RecognizedBundle> {
    let is_dist = root.file_name().ends_with(b".dist");
    let is_packed = |program: &VPath| fs.open(program).is_ok_and(|file| payload::find(&*file).is_some());
    let found = programs(&**fs, root).into_iter();
    found
        .filter_map(|program| in_folder(fs, root, program, is_dist, Form::Folder))
        .find(|found| !is_packed(&found.bundle.program))
}

/// An application bundle with a program of Nuitka's: all lies beside it.
pub(super) fn app(fs: &Arc<dyn FileSystem>, app: &VPath, program: &VPath) -> Option<RecognizedBundle> {
    let found = in_folder(fs, &program.parent()?, program.clone(), false, Form::App)?;
    Some(RecognizedBundle { root: app.clone(), ..found })
}

/// A program that unpacks itself.
pub(super) fn one_file(fs: &Arc<dyn FileSystem>, file: &VPath) -> Result<Option<RecognizedBundle>, Error> {
    let at = fs.open(file).ok().and_then(|opened| payload::find(&*opened));
    let Some(at) = at else { return Ok(None) };
    let over = OneFile::over(fs.clone(), file, &Packing::Payload(at))?;
    let root = over.root().clone();
    let fs: Arc<dyn FileSystem> = Arc::new(over);
    let program = programs(&*fs, &root).into_iter().next();
    Ok(program.and_then(|program| in_folder(&fs, &root, program, true, Form::OneFile)))
}

fn in_folder(
    fs: &Arc<dyn FileSystem>,
    root: &VPath,
    program: VPath,
    is_dist: bool,
    form: Form,
) -> Option<RecognizedBundle> {
    let told = Told::of(&**fs.open(&program).ok().as_ref()?);
    if !is_dist && told.names.is_empty() || !told.is_nuitka {
        return None;
    }
    let names = fs.list(root).unwrap_or_default();
    let library = names.iter().find_map(|entry| version_in(&entry.name.text()));
    let python = Python {
        executable: Some(program.clone()),
        version: library.or(told.python),
        path: vec![root.clone()],
        // The names of modules are cut to this when they are copied.
        suffixes: [".so", ".pyd"].map(Name::from).to_vec(),
        ..Python::default()
    };
    let is_whole = !told.names.is_empty();
    let modules = Modules { names: told.names, archives: vec![program.clone()], is_whole };
    let bundle = Bundle { bundler: Bundler::NUITKA, version: None, form, program, contents: root.clone(), modules };
    // On Windows the folder of the program is the one that counts, and that is searched anyway.
    Some(RecognizedBundle { fs: fs.clone(), root: root.clone(), bundle, python, library_path: Vec::new() })
}

/// What the bytes of a program tell.
#[derive(Default)]
struct Told {
    is_nuitka: bool,
    names: std::collections::BTreeSet<String>,
    python: Option<(u16, u16)>,
}

impl Told {
    fn of(file: &dyn ReadAt) -> Told {
        let mut told = Told::default();
        each_block(file, &mut |at, block| {
            told.is_nuitka |= memchr::memmem::find(block, b"__nuitka").is_some();
            if told.python.is_none() {
                let found = memchr::memmem::find(block, b"lib/python3.").and_then(|place| block.get(place..place + 16));
                told.python = found.and_then(|text| version_in(&String::from_utf8_lossy(text)));
            }
            for place in memchr::memmem::find_iter(block, BYTECODE) {
                if told.names.is_empty() {
                    told.names = names(file, at + place as u64).unwrap_or_default();
                }
            }
            told.is_nuitka |= !told.names.is_empty();
        });
        told
    }
}

/// The names of the blocks from one on.
fn names(file: &dyn ReadAt, mut at: u64) -> Option<std::collections::BTreeSet<String>> {
    let len = file.stat().ok()?.len;
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..MOST_BLOCKS {
        let mut head = [0; LONGEST_NAME];
        let got = file.read_at(at, &mut head).ok()?;
        let head = &head[..got];
        let Some(end) = head.iter().position(|&byte| byte == 0) else { break };
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte) || *byte >= 0x80;
        let Some(size) = head.get(end + 1..end + 5).filter(|_| head[..end].iter().all(is_name)) else { break };
        let size = u64::from(u32::from_le_bytes(size.try_into().ok()?));
        at += end as u64 + 5 + size;
        if at > len || end == 0 && size == 0 {
            break;
        }
        names.insert(String::from_utf8_lossy(&head[..end]).into_owned());
    }
    // A row of modules has the main one, whatever it is called, and the bytecode's.
    names.remove("");
    let has_modules = names.remove(".bytecode") && !names.is_empty();
    has_modules.then_some(names)
}

/// Which of these modules does a program name, outside of its compiled ones: as bytecode, or as what it was told to leave
/// out?
pub(crate) fn names_in(file: &dyn ReadAt, name: &str) -> bool {
    let text = [name.as_bytes(), b"\0"].concat();
    let mut is_there = false;
    each_block(file, &mut |_, block| {
        is_there = is_there || memchr::memmem::find(block, &text).is_some();
    });
    is_there
}

/// Reads a file block by block; each begins with the end of the one before.
fn each_block(file: &dyn ReadAt, look: &mut dyn FnMut(u64, &[u8])) {
    const BLOCK: usize = 4 << 20;
    let mut at = 0u64;
    let mut block = vec![0; BLOCK];
    loop {
        let Ok(got) = file.read_at(at, &mut block) else { return };
        look(at, &block[..got]);
        if got < BLOCK || at > payload::FARTHEST {
            return;
        }
        at += (BLOCK - LONGEST_NAME) as u64;
    }
}
