//! What is asked for by name.

use crate::tui::harness::{WORLD, face};
use dylens::discover::Nearby;
use dylens::error::Error;
use dylens::tui::effect::Effect;
use dylens::tui::effect::Want;
use dylens::tui::message::{Fetched, Msg};
use dylens::tui::scan_index::Order;
use dylens::tui::update::update;
use dylens::vfs::VPath;

#[test]
fn something_else_is_looked_at_without_a_trace_of_what_was() {
    let mut face = face(WORLD, (80, 24)).typed("s4/umath⏎w⏎");
    face.type_keys("o/there⏎");
    assert!(face.screen().contains("scanning") && face.screen().contains("numpy"), "{}", face.screen());
    face.scanned(&WORLD.replace("libopenblas.so.0,", ""));
    let screen = face.screen();
    assert!(
        screen.contains("[1 Problems]") && screen.contains("Problems 1") && !screen.contains("scanned again"),
        "{screen}"
    );
    assert!(face.model.found.is_none() && face.model.back.is_empty());
    assert_eq!(face.model.order, Order::Name, "how somebody looks is theirs");
    face.type_keys("o/nowhere⏎");
    update(&mut face.model, Msg::Failed(Error::new("/nowhere: no such folder", "name another")));
    assert!(face.screen().contains("/nowhere: no such folder") && face.screen().contains("Problems 1"));
}

#[test]
fn a_snapshot_is_compared_with_by_its_name() {
    let mut face = face(WORLD, (80, 24)).typed("Dlast.dylens.json");
    assert!(matches!(face.press('⏎'), Some(Effect::Fetch(Want::Before, _))));
    assert!(face.press('⏎').is_none(), "it is on its way");
    update(&mut face.model, Msg::Fetched(Err("last.dylens.json: no such file".into())));
    assert!(face.screen().contains("✗ last.dylens.json: no such file"), "{}", face.screen());
    assert!(!face.type_keys("⌫").screen().contains("✗ last"), "another name, another try");
    face.press('⏎');
    let before = std::sync::Arc::new(crate::tui::harness::scan(&WORLD.replace("libjpeg.so.62,", "")));
    update(&mut face.model, Msg::Fetched(Ok(Fetched::Before(before))));
    assert!(face.model.view.is("diff") && face.screen().contains("[8 Diff]"), "{}", face.screen());
}

#[test]
fn a_log_is_read_by_its_name_or_pasted() {
    let text = "ImportError: libjpeg.so.62: cannot open shared object file: No such file or directory\n";
    let log = dylens::buildlog::read(&mut text.as_bytes()).expect("a log");
    let mut face = face(WORLD, (80, 24)).typed("ibuild.log");
    assert!(matches!(face.press('⏎'), Some(Effect::Fetch(Want::Log, _))));
    update(&mut face.model, Msg::Fetched(Ok(Fetched::Log(Box::new(log)))));
    assert_eq!((face.model.view.id, face.chosen().as_str()), ("log", "libjpeg.so.62"));
    let mut face = crate::tui::harness::face(WORLD, (80, 24)).typed("i");
    update(&mut face.model, Msg::Paste("build".into()));
    assert!(face.screen().contains("path build"), "{}", face.screen());
    update(&mut face.model, Msg::Paste(text.into()));
    assert_eq!(face.chosen(), "libjpeg.so.62", "what is no name is the log itself");
}

#[test]
fn the_environments_that_are_near_are_listed_and_stay_listed() {
    let nearby = |path: &str, because: &str| Nearby { path: VPath::new(path), because: because.to_owned() };
    let mut face = face(WORLD, (80, 24));
    face.model.nearby = vec![nearby("/p/.venv", "./.venv"), nearby("/p/.tox/py312", "./.tox/py312")];
    let screen = face.type_keys("o").screen();
    assert!(screen.contains("/p/.venv   ./.venv") && screen.contains("/p/.tox/py312   ./.tox/py312"), "{screen}");
    face.type_keys("↓↓");
    assert!(matches!(face.press('⏎'), Some(Effect::Fetch(Want::Other, path)) if path == "/p/.tox/py312"));
    face.scanned(WORLD);
    assert!(face.type_keys("o").screen().contains("/p/.venv"), "the way back");
}
