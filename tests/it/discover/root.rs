//! Another system: a folder or a container image that stands for `/`.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dylens::discover::{Machine, Request, discover};
use dylens::error::Error;
use dylens::export::FORMATS;
use dylens::scan::Scan;
use dylens::survey::Progress;
use dylens::vfs::{FileSystem, Kind, Memory, VPath};
use dylens::world::text;
use tar::{Builder, EntryType, Header};

use super::SYSTEM;
use crate::common::{plain, written};

/// What this machine has beside: nothing of it may be found.
const HERE: &str = "
//- /usr/lib/libgomp.so.1 elf x86_64 soname:libgomp.so.1
//- /etc/ld.so.conf
/usr/lib
/opt/lib
//- /opt/lib/libown.so elf x86_64 soname:libown.so
";

/// A system with a package that needs what only this machine has.
const ROOT: &str = "
//- /r/etc/os-release
ID=debian
//- /r/usr/lib/os-release
ID=debian
//- /r/lib64 -> usr/lib64
//- /r/usr/lib64/ld-linux-x86-64.so.2 elf x86_64 soname:ld-linux-x86-64.so.2
//- /r/usr/lib64/libc.so.6 elf x86_64 soname:libc.so.6 versions:GLIBC_2.31
//- /r/usr/bin/python3.11 elf x86_64 pie interp:/lib64/ld-linux-x86-64.so.2 needs:libc.so.6
//- /r/usr/bin/python3 -> python3.11
//- /r/usr/lib/python3.11/lib-dynload/_json.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__json needs:libc.so.6
//- /r/usr/lib/python3.11/dist-packages/p-1.dist-info/METADATA
Name: p
Version: 1
//- /r/usr/lib/python3.11/dist-packages/p/_p.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__p needs:libgomp.so.1,libown.so
//- /r/etc/ld.so.conf
/opt/lib
//- /r/opt/lib/libown.so -> /srv/libown.so.1
//- /r/srv/libown.so.1 elf x86_64 soname:libown.so
";

fn read(world: &str) -> (Memory, Machine) {
    let world = text::read(world).expect("a world that can be read");
    let machine = Machine::described(&world.settings);
    (world.files, machine)
}

fn scan(files: Memory, machine: &Machine, request: &Request) -> Result<Scan, Error> {
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(files), machine, request, &progress)
}

fn subjects(scan: &Scan) -> Vec<&str> {
    scan.findings.iter().map(|finding| finding.subject.as_str()).collect()
}

#[test]
fn a_folder_with_a_system_in_it_is_judged_by_that_system() {
    let (files, machine) = read(&format!("{SYSTEM}{HERE}{ROOT}"));
    let found = scan(files, &machine, &Request::of(VPath::new("/r"))).expect("a scan");
    assert_eq!(found.target.because.as_deref(), Some("/usr/bin/python3 on PATH, in /r"));
    assert_eq!(found.target.within, Some(VPath::new("/r")));
    assert_eq!(
        subjects(&found),
        ["libgomp.so.1"],
        "the one of this machine does not count, and a link leads to the other"
    );
}

#[test]
fn what_lies_in_a_system_is_judged_by_it() {
    let venv = "//- /r/srv/app/.venv/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.2\n\
                //- /r/srv/app/.venv/bin/python3 -> /usr/bin/python3\n\
                //- /r/srv/app/.venv/lib/python3.11/site-packages/m.abi3.so elf x86_64 defines:PyInit_m needs:libgomp.so.1\n";
    for (path, root) in [
        ("/r/srv/app/.venv", None),
        ("/r/srv/app", None),
        ("/srv/app/.venv", Some("/r")),
        ("/r/srv/app/.venv", Some("/r")),
    ] {
        let (files, machine) = read(&format!("{SYSTEM}{HERE}{ROOT}{venv}"));
        let request = Request { root: root.map(VPath::new), ..Request::of(VPath::new(path)) };
        let found = scan(files, &machine, &request).expect("a scan");
        assert_eq!(
            (found.target.root.to_string().as_str(), &subjects(&found)[..]),
            ("/srv/app/.venv", &["libgomp.so.1"][..])
        );
        let python = found.world.host.python.as_ref().and_then(|python| python.executable.clone());
        assert_eq!(python, Some(VPath::new("/usr/bin/python3.11")));
    }
}

#[test]
fn a_folder_is_another_root_where_somebody_says_so() {
    let bare =
        ROOT.replace("//- /r/etc/os-release\nID=debian\n", "").replace("//- /r/usr/lib/os-release\nID=debian\n", "");
    let (files, machine) = read(&format!("{SYSTEM}{HERE}{bare}"));
    let request = Request { root: Some(VPath::new("/r")), ..Request::default() };
    assert_eq!(subjects(&scan(files, &machine, &request).expect("a scan")), ["libgomp.so.1"]);
}

#[test]
fn a_system_without_python_is_an_answer() {
    let (files, machine) =
        read(&format!("{SYSTEM}//- /r/etc/os-release\nID=debian\n//- /r/usr/lib/libx.so elf x86_64\n"));
    let error = discover(&(Arc::new(files) as Arc<dyn FileSystem>), &machine, &Request::of(VPath::new("/r")));
    let error = error.expect_err("no Python");
    assert!(error.is_nothing && error.what == "/r holds a system without Python", "{error}");
}

/// Puts what lies in a folder of a world into a layer, and these names as they are: `a.wh.b`, a hard link as `name => target`.
fn layer(world: &str, others: &[&str]) -> Vec<u8> {
    let (files, _) = read(world);
    let mut builder = Builder::new(Vec::new());
    append(&files, &VPath::new("/r"), &mut builder);
    for name in others {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        match name.split_once(" => ") {
            Some((name, target)) => {
                header.set_entry_type(EntryType::Link);
                header.set_size(0);
                builder.append_link(&mut header, name, target).expect("a hard link");
            }
            None => {
                header.set_size(0);
                builder.append_data(&mut header, name, &[][..]).expect("a whiteout");
            }
        }
    }
    builder.into_inner().expect("an archive")
}

fn append(files: &Memory, folder: &VPath, builder: &mut Builder<Vec<u8>>) {
    for entry in files.list(folder).expect("a folder") {
        let path = folder.join(&entry.name);
        let name = String::from_utf8_lossy(path.below(&VPath::new("/r")).expect("below")).into_owned();
        let mut header = Header::new_gnu();
        header.set_mode(0o755);
        header.set_size(0);
        match entry.kind {
            Kind::Directory => {
                header.set_entry_type(EntryType::Directory);
                builder.append_data(&mut header, format!("{name}/"), &[][..]).expect("a folder");
                append(files, &path, builder);
            }
            Kind::Symlink => {
                header.set_entry_type(EntryType::Symlink);
                let target = files.link(&path).expect("a link").to_string();
                builder.append_link(&mut header, name, target).expect("a link");
            }
            _ => {
                let bytes = files.read(&path, usize::MAX).expect("a file");
                header.set_size(bytes.len() as u64);
                builder.append_data(&mut header, name, &bytes[..]).expect("a file");
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory")
}

/// An archive of files by name.
fn archive(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, &bytes[..]).expect("a member");
    }
    builder.into_inner().expect("an archive")
}

/// Three layers that come to [`ROOT`] with `libgomp` in a private folder.
fn layers() -> [Vec<u8>; 3] {
    let old = "
//- /r/usr/lib/python3.11/dist-packages/old/_old.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__old needs:libgone.so
//- /r/usr/lib/python3.11/dist-packages/p/_gone.cpython-311-x86_64-linux-gnu.so elf x86_64 defines:PyInit__gone needs:libgone.so
//- /r/srv/stale/libstale.so elf x86_64 needs:libgone.so
";
    let base = layer(&format!("{ROOT}{old}"), &[]);
    // The folder is hidden as a whole, and what this layer has of it stays, in whichever order they come.
    let second = layer(
        "//- /r/srv/stale/keep.txt\nkept\n",
        &["srv/stale/.wh..wh..opq", "usr/lib/python3.11/dist-packages/.wh.old"],
    );
    let third = layer(
        "//- /r/lib64/libz.so.1 elf x86_64 soname:libz.so.1\n",
        &[
            "usr/lib/python3.11/dist-packages/p/.wh._gone.cpython-311-x86_64-linux-gnu.so",
            "usr/lib64/libz.so => lib64/libz.so.1",
        ],
    );
    [base, second, third]
}

/// What the layers come to.
const WHOLE: &str = "//- /r/srv/stale/keep.txt\nkept\n//- /r/usr/lib64/libz.so.1 elf x86_64 soname:libz.so.1\n//- /r/usr/lib64/libz.so -> libz.so.1\n";

const CONFIG: &str = r#"{"os":"linux","architecture":"amd64","config":{"Env":["PATH=/usr/bin"],"WorkingDir":"/srv"}}"#;

/// As `docker save` writes an image.
fn saved(layers: &[Vec<u8>]) -> Vec<u8> {
    let names: Vec<String> = (0..layers.len()).map(|number| format!("{number}/layer.tar")).collect();
    let manifest = serde_json::json!([{"Config": "config.json", "RepoTags": ["a:1"], "Layers": names}]);
    let mut members = vec![("manifest.json", manifest.to_string().into_bytes()), ("config.json", CONFIG.into())];
    members.extend(names.iter().zip(layers).map(|(name, layer)| (name.as_str(), layer.clone())));
    archive(&members)
}

fn scan_of(name: &str, bytes: Vec<u8>, request: &Request) -> Result<Scan, Error> {
    let (mut files, machine) = read(&format!("{SYSTEM}{HERE}"));
    files.file(&VPath::new(name), bytes);
    scan(files, &machine, &Request { paths: vec![VPath::new(name)], ..request.clone() })
}

fn jsonl(scan: &Scan) -> String {
    let format = FORMATS.iter().find(|format| format.name == "jsonl").expect("a format");
    written(format, scan, &plain())
}

#[test]
fn an_image_says_the_same_as_the_folder_that_it_unpacks_to() {
    let (files, machine) = read(&format!("{SYSTEM}{HERE}{ROOT}{WHOLE}"));
    let folder = jsonl(&scan(files, &machine, &Request::of(VPath::new("/r"))).expect("a scan"));
    assert!(folder.contains("libgomp") && !folder.contains("libgone"), "{folder}");
    let [base, second, third] = layers();
    let plainly = [base.clone(), second.clone(), third.clone()];
    for (name, image) in [
        ("/image.tar", saved(&plainly)),
        ("/packed.tar", saved(&[gzip(&base), zstd(&second), third.clone()])),
        ("/whole.tar.gz", gzip(&saved(&plainly))),
        ("/twice.tar.zst", zstd(&saved(&[gzip(&base), gzip(&second), zstd(&third)]))),
    ] {
        let found = scan_of(name, image, &Request::default()).expect("a scan");
        assert_eq!(jsonl(&found), folder, "{name}");
        assert_eq!(found.target.because, Some(format!("/usr/bin/python3 on PATH, in {name}")));
    }
}

#[test]
fn the_root_of_a_system_may_lie_in_an_archive() {
    let found = scan_of("/root.tar.gz", gzip(&layer(ROOT, &[])), &Request::default()).expect("a scan");
    assert_eq!(subjects(&found), ["libgomp.so.1"]);
}

/// An image of OCI's layout for these platforms, as a folder in memory.
fn layout(platforms: &[&str]) -> Memory {
    let (mut files, _) = read(&format!("{SYSTEM}{HERE}"));
    let mut blob = |name: &str, bytes: Vec<u8>| {
        files.file(&VPath::new("/oci/blobs/sha256").join(name), bytes);
        format!("sha256:{name}")
    };
    let layer = blob("layer", gzip(&layer(ROOT, &[])));
    let mut manifests = Vec::new();
    for platform in platforms {
        let (os, architecture) = platform.split_once('/').expect("a platform");
        let config = serde_json::json!({"os": os, "architecture": architecture, "config": {"Env": ["PATH=/usr/bin"]}});
        let config = blob(&format!("config{architecture}"), config.to_string().into_bytes());
        let manifest = serde_json::json!({"config": {"digest": config}, "layers": [{"digest": layer}]});
        manifests.push(
            serde_json::json!({"digest": blob(&format!("manifest{architecture}"), manifest.to_string().into_bytes())}),
        );
    }
    let inner = blob("index", serde_json::json!({"manifests": manifests}).to_string().into_bytes());
    let index = serde_json::json!({"manifests": [{"digest": inner}, {"digest": "sha256:absent"}, {"digest": "sha256:../../../etc"}]});
    files.file(&VPath::new("/oci/index.json"), index.to_string().into_bytes());
    files
}

#[test]
fn of_several_platforms_one_has_to_be_named() {
    let of = |platforms: &[&str], platform: Option<&str>| {
        let request = Request { platform: platform.map(str::to_owned), ..Request::of(VPath::new("/oci")) };
        scan(layout(platforms), &Machine::described(&[]), &request)
    };
    assert_eq!(subjects(&of(&["linux/amd64"], None).expect("a scan")), ["libgomp.so.1"]);
    let both = ["linux/amd64", "linux/arm64"];
    let error = of(&both, None).err().expect("two platforms");
    assert!(
        error.what == "/oci holds images for 2 platforms" && error.remedy.contains("--platform linux/amd64"),
        "{error}"
    );
    assert_eq!(error.list, both);
    assert!(of(&both, Some("linux/arm64")).is_ok());
    let error = of(&both, Some("linux/s390x")).err().expect("no such platform");
    assert!(error.what.contains("has no image for linux/s390x") && error.list == both, "{error}");
}

#[test]
fn a_hostile_or_damaged_image_is_refused() {
    let climbing = {
        let mut header = Header::new_gnu();
        header.set_size(1);
        let name = b"usr/../../x";
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        let mut builder = Builder::new(Vec::new());
        builder.append(&header, &b"x"[..]).expect("a member");
        builder.into_inner().expect("an archive")
    };
    let whole = layer(ROOT, &[]);
    for (bytes, words) in [
        (saved(&[climbing]), "climbs out of the archive"),
        (saved(&[layer("//- /r/a\na\n", &["b => c"])]), "leads to /c, which is not there"),
        (saved(&[whole[..whole.len() / 2].to_vec()]), "is damaged"),
        (saved(&[gzip(&whole)[..200].to_vec()]), "is damaged"),
        (saved(&[gzip(&whole)])[..3000].to_vec(), "/x.tar"),
        (b"<!doctype html>".repeat(100), "/x.tar"),
        (Vec::new(), "/x.tar"),
    ] {
        let error = scan_of("/x.tar", bytes, &Request::default()).err().expect("it is refused");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn links_of_an_image_lead_nowhere_else() {
    let out = "//- /r/usr/lib/python3.11/dist-packages/out.abi3.so -> ../../../../../../../../usr/lib/libgomp.so.1\n\
               //- /r/usr/lib/python3.11/dist-packages/absolute.abi3.so -> /opt/lib/libown.so\n";
    let found = scan_of("/x.tar", saved(&[layer(&format!("{ROOT}{out}"), &[])]), &Request::default()).expect("a scan");
    let lies =
        |name: &str| found.items.iter().find(|item| item.path.text().contains(name)).map(|item| item.found.is_ok());
    assert_eq!((lies("/out.abi3"), lies("/absolute.abi3")), (Some(false), Some(true)), "the image has no libgomp");
}

#[test]
fn sources_are_told_what_they_are_and_a_package_of_conda_is_looked_at() {
    let sources = archive(&[("p-1/PKG-INFO", b"Name: p".to_vec()), ("p-1/p.c", b"int x;".to_vec())]);
    let error = scan_of("/p-1.tar.gz", gzip(&sources), &Request::default()).err().expect("nothing is built");
    assert!(error.what.contains("source distribution"), "{error}");
    let module = crate::common::elf("x86_64 defines:PyInit_m needs:libz.so.1");
    let site = "lib/python3.11/site-packages";
    let package =
        archive(&[("info/index.json", b"{}".to_vec()), (&format!("{site}/m.cpython-311-x86_64-linux-gnu.so"), module)]);
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(&package).expect("memory");
    let found = scan_of("/m-1-0.tar.bz2", encoder.finish().expect("memory"), &Request::default()).expect("a scan");
    assert_eq!(found.modules(), 1);
}

/// A zip archive of members that are not packed.
fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(*name, options).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

#[test]
fn a_package_of_conda_in_either_form_says_the_same() {
    let module = crate::common::elf("x86_64 defines:PyInit_m needs:libgone.so.1");
    let site = "lib/python3.11/site-packages";
    let files = [(&*format!("{site}/m.cpython-311-x86_64-linux-gnu.so"), module)];
    let info = [("info/index.json", b"{\"name\": \"m\"}".to_vec())];
    let older = archive(&[&info[..], &files[..]].concat());
    let newer = zip(&[
        ("metadata.json", b"{\"conda_pkg_format_version\": 2}".to_vec()),
        ("pkg-m-1-0.tar.zst", zstd(&archive(&files))),
        ("info-m-1-0.tar.zst", zstd(&archive(&info))),
    ]);
    let [older, newer] = [("/m-1-0.tar.zst", zstd(&older)), ("/m-1-0.conda", newer)].map(|(name, bytes)| {
        let found = scan_of(name, bytes, &Request::default()).expect("a scan");
        assert_eq!(found.target.because, Some(format!("the conda package {name}")));
        jsonl(&found)
    });
    assert!(newer == older && newer.contains("libgone"), "{newer}");
    for (bytes, words) in [
        (zip(&[("metadata.json", b"{}".to_vec())]), "is a conda package without its files"),
        (zip(&[("pkg-m-1-0.tar.zst", zstd(&archive(&files))[..40].to_vec())]), "is damaged"),
        (b"<!doctype html>".repeat(100), "/m-1-0.conda is no zip archive: it is an HTML page"),
    ] {
        let error = scan_of("/m-1-0.conda", bytes, &Request::default()).err().expect("it is refused");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn what_mends_another_system_is_no_command_for_this_one() {
    let lines = |scan: &Scan| {
        let finding = scan.findings.iter().find(|finding| finding.subject == "libgomp.so.1").expect("a finding");
        (finding.remedy.text.clone(), finding.remedy.lines(scan.shell()))
    };
    let expected = (
        "install the package that ships libgomp.so.1, in that system".to_owned(),
        vec!["RUN apt-get update && apt-get install -y libgomp1".to_owned()],
    );
    let image = scan_of("/image.tar", saved(&layers()), &Request::default()).expect("a scan");
    assert_eq!(lines(&image), expected);
    // A snapshot of it as well.
    let taken = dylens::snapshot::take(&image, dylens::snapshot::Anonymizer::default());
    let opened = dylens::snapshot::open(&taken, &VPath::new("/x.json")).expect("a snapshot");
    assert_eq!(lines(&opened), expected);
    let (files, machine) = read(&format!("{SYSTEM}{HERE}{ROOT}"));
    let folder = scan(files, &machine, &Request::of(VPath::new("/r"))).expect("a scan");
    assert_eq!(lines(&folder), expected);
    let whole = ROOT.replace("/r/", "/");
    let (files, machine) = read(&format!("{SYSTEM}{whole}").replace("/usr/lib64", "/lib64"));
    let here = scan(files, &machine, &Request::of(VPath::new("/usr"))).expect("a scan");
    assert_eq!(lines(&here).1, ["apt-get install libgomp1"], "this machine's own system is mended here");
}
