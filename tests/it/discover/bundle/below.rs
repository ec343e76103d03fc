//! Folders that hold bundles: one is taken, of several a person has to say which.

use super::writer::{blocks, bootloader};
use super::{MACHINE, MODULE, PLAIN, PROGRAM, code, folder, image, one_file, packed, target};
use dylens::discover::Kind;
use dylens::vfs::VPath;

type Files = Vec<(String, Vec<u8>)>;

/// The files of a bundle, with `/x` moved to another place.
fn moved(files: Vec<(&'static str, Vec<u8>)>, to: &str) -> Files {
    files.into_iter().map(|(path, bytes)| (path.replacen("/x", to, 1), bytes)).collect()
}

fn nuitka(at: &str) -> Files {
    vec![
        (format!("{at}/n.dist/n.bin"), [&image(PROGRAM)[..], &blocks(&["a"])].concat()),
        (format!("{at}/n.dist/a/_a.so"), image(PLAIN)),
        (format!("{at}/n.build/module.a.o"), image("elf x86_64")),
        (format!("{at}/n.build/static_src.so"), image(PLAIN)),
        (format!("{at}/n.onefile-build/static_src.so"), image(PLAIN)),
    ]
}

/// What is looked at where a person names a folder: its kind, root and reason, else the error.
fn looked(files: &[Files], path: &str) -> Result<(Kind, String, String), String> {
    let files: Files = files.concat();
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let target = target(MACHINE, &files, path).map_err(|error| error.to_string())?;
    Ok((target.kind, target.root.to_string(), target.because.unwrap_or_default()))
}

#[test]
fn the_only_bundle_in_a_folder_is_taken_and_said_to_be() {
    let of = |root: &str, folder: &str| Ok((Kind::Bundle, root.to_owned(), format!("the only bundle in {folder}")));
    let pyinstaller = moved(folder(&[], PLAIN), "/p/dist");
    assert_eq!(looked(std::slice::from_ref(&pyinstaller), "/p/dist"), of("/p/dist/prog", "/p/dist"));
    // What PyInstaller works in lies beside it, with a program that does not start.
    let mut work = moved(folder(&[], PLAIN), "/p/build");
    work.retain(|(path, _)| !path.contains("/_internal/") || path.ends_with("base_library.zip"));
    work.iter_mut().for_each(|(path, _)| *path = path.replace("/_internal", ""));
    work.push(("/p/build/prog/EXE-00.toc".into(), b"()".to_vec()));
    assert_eq!(looked(&[pyinstaller.clone(), work.clone()], "/p"), of("/p/dist/prog", "/p"));
    let error = looked(&[pyinstaller, work], "/p/build/prog/prog").expect_err("no bundle");
    assert!(error.contains("the folder that PyInstaller worked in") && error.contains("dist/prog"), "{error}");
    // Nuitka works in the folder that it is called in.
    assert_eq!(looked(&[nuitka("/p")], "/p"), of("/p/n.dist", "/p"));
    let one = looked(&[moved(one_file(&packed()), "/p/dist")], "/p/dist").expect("a bundle");
    assert_eq!((one.0, one.2.as_str()), (Kind::Bundle, "the only bundle in /p/dist"));
}

#[test]
fn of_several_bundles_a_person_has_to_name_one() {
    let several = [moved(folder(&[], PLAIN), "/p/dist"), nuitka("/p/dist"), moved(one_file(&packed()), "/p/dist/one")];
    let error = looked(&several, "/p").expect_err("nobody can tell which");
    assert_eq!(
        error,
        "/p holds 2 bundles: dist/n.dist (one-folder bundle of Nuitka), dist/prog (one-folder bundle of PyInstaller 6 or later); \
         name one: dylens /p/dist/n.dist"
    );
    let one = [nuitka("/p"), moved(one_file(&packed()), "/p")];
    let error = looked(&one, "/p").expect_err("nobody can tell which");
    assert!(error.contains("n.dist") && error.contains("prog (one-file bundle of PyInstaller"), "{error}");
}

#[test]
fn native_modules_beside_a_bundle_are_what_is_looked_at() {
    let built = vec![(format!("/p/src/{MODULE}"), image(PLAIN))];
    let (kind, root, _) = looked(&[moved(folder(&[], PLAIN), "/p/dist"), built], "/p").expect("a folder");
    assert_eq!((kind, root.as_str()), (Kind::Folder, "/p"));
}

#[test]
fn a_damaged_bundle_is_told_where_it_is_the_only_one() {
    let mut bytes = bootloader(&image(PROGRAM), "libpython3.11.so.1.0", &code(&[]));
    let cookie = bytes.len() - 88;
    bytes[cookie + 8..cookie + 12].copy_from_slice(&u32::MAX.to_be_bytes());
    let torn = vec![("/p/dist/torn".to_owned(), bytes)];
    let error = looked(std::slice::from_ref(&torn), "/p/dist").expect_err("it is damaged");
    assert!(error.contains("/p/dist/torn") && error.contains("damaged"), "{error}");
    let (kind, root, _) = looked(&[torn, moved(folder(&[], PLAIN), "/p/dist")], "/p/dist").expect("the other one");
    assert_eq!((kind, VPath::new(&root)), (Kind::Bundle, VPath::new("/p/dist/prog")));
}
