use std::cell::RefCell;
use std::fs;
use std::sync::Arc;

use super::*;
use crate::discover::{Machine, Request};
use crate::survey::Progress;
use crate::vfs::{Memory, VPath};

/// Four steps of bytes.
const LONG: Format = Format {
    name: "long",
    about: "",
    endings: &[],
    judges: false,
    draws: None,
    write: |_, _, out| (0..4).try_for_each(|_| out.write_all(&[b'x'; STEP])),
};

fn scan() -> Scan {
    let mut files = Memory::default();
    files.file(&VPath::new("/t/a.so"), b"no image".to_vec());
    let request = Request { paths: vec![VPath::new("/t")], ..Request::default() };
    let progress = Progress { tell: &|_| {}, cancel: &AtomicBool::new(false) };
    Scan::of(Arc::new(files), &Machine::described(&[]), &request, &progress).expect("a scan")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Writes the long format into a file of this name; the answer is what is told in the end, and how far it was told to
/// be.
fn written(job: &Job, path: &Path, tell: impl Fn(usize)) -> (Option<Result<String, String>>, Vec<usize>) {
    let steps = RefCell::new(Vec::new());
    let both = |bytes| {
        steps.borrow_mut().push(bytes / STEP);
        tell(bytes);
    };
    let order = Order { format: &LONG, excerpt: Excerpt::default(), job, tell: &both };
    let told = order.write(&scan(), &path.to_string_lossy()).map(|msg| match msg {
        Msg::Exported(outcome) => outcome,
        _ => Err("something else was told".into()),
    });
    (told, steps.into_inner())
}

#[test]
fn an_export_tells_how_far_it_is_and_leaves_its_file_alone_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    let (told, steps) = written(&Job::default(), &path, |_| {});
    assert_eq!(told, Some(Ok(path.display().to_string())));
    assert_eq!(steps, [1, 2, 3, 4]);
    assert_eq!(fs::read(&path).expect("a file").len(), 4 * STEP);
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn an_export_that_is_cancelled_while_it_is_made_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = Job::default();
    let cancel = |bytes| assert!(bytes != 2 * STEP || job.cancel());
    let (told, steps) = written(&job, &folder.path().join("out"), cancel);
    assert_eq!(told, None, "who cancelled is told so already");
    assert_eq!(steps, [1, 2], "it does not go on");
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

#[test]
fn an_export_that_is_cancelled_while_it_is_written_to_disk_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    let job = Job::default();
    let mut file = job.begin(&path).expect("a file");
    file.write_all(b"half").expect("it is written");
    assert!(!path.exists() && names(folder.path()).len() == 1, "it lies there under another name");
    assert!(job.cancel());
    assert_eq!(names(folder.path()), [] as [&str; 0]);
    assert!(job.finish(&mut file).is_err());
    assert!(job.begin(&path).is_err());
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}

#[test]
fn who_cancels_too_late_is_told_so_and_the_file_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (job, path) = (Job::default(), folder.path().join("out"));
    assert!(matches!(written(&job, &path, |_| {}).0, Some(Ok(_))));
    assert!(!job.cancel());
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn a_file_of_that_name_is_never_touched_not_even_one_that_came_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    let come = |bytes| {
        if bytes > 3 * STEP {
            fs::write(&path, "old").expect("a file");
        }
    };
    for _ in 0..2 {
        let told = written(&Job::default(), &path, come).0;
        assert!(matches!(told, Some(Err(what)) if what.contains("is there already")));
        assert_eq!(fs::read(&path).expect("a file"), b"old");
        assert_eq!(names(folder.path()), ["out"]);
    }
    // As it is named, the last moment counts, not the first.
    let (job, path) = (Job::default(), folder.path().join("later"));
    let mut file = job.begin(&path).expect("a file");
    fs::write(&path, "old").expect("a file");
    assert_eq!(job.finish(&mut file).map_err(|error| error.kind()), Err(io::ErrorKind::AlreadyExists));
    assert_eq!(fs::read(&path).expect("a file"), b"old");
}

#[test]
fn what_cannot_be_written_leaves_nothing_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = written(&Job::default(), &folder.path().join("nowhere/out"), |_| {}).0;
    assert!(matches!(told, Some(Err(what)) if what.contains("cannot be written")));
    assert_eq!(names(folder.path()), [] as [&str; 0]);
}
