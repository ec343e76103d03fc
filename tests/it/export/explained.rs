//! `dylens explain`: every id that a face prints, and whole messages.

use dylens::buildlog::{Cause, Verdict, messages};
use dylens::diagnose::RULES;
use dylens::export::{Paint, explained};
use dylens::tools::ToolId;

fn plain() -> Paint {
    Paint { width: 100, ..Paint::default() }
}

#[test]
fn every_id_of_every_table_is_known() {
    let ids = RULES
        .iter()
        .map(|rule| rule.id.word())
        .chain(Cause::ALL.iter().map(|cause| cause.word()))
        .chain(messages().map(|message| message.id.as_str()))
        .chain(ToolId::ALL.iter().map(|tool| tool.word()))
        .chain(Verdict::ALL.iter().map(|verdict| verdict.word()));
    for id in ids {
        let text = explained(id, &plain()).unwrap_or_else(|| panic!("{id} is not known"));
        assert!(text.lines().count() > 1, "{id}: {text}");
        assert!(!text.contains('{') && !text.contains('}'), "a place is left in: {text}");
    }
    assert_eq!(explained("library-mising", &plain()), None);
}

#[test]
fn a_name_of_a_rule_and_a_cause_tells_of_both() {
    let text = explained("library-missing", &plain()).expect("a rule");
    assert!(text.starts_with("library-missing (error)\n") && text.contains("\nMessages in logs\n"), "{text}");
    let text = explained("other-copy", &plain()).expect("a cause");
    assert!(text.starts_with("other-copy (cause in a log)\n"), "{text}");
}

#[test]
fn a_whole_message_is_explained_as_in_a_log() {
    let text = explained("symbol not found in flat namespace '_foo'", &plain()).expect("a message of dyld");
    assert!(text.contains("[symbol-missing]") && text.contains("More: dylens explain symbol-missing"), "{text}");
    let text =
        explained("ImportError: libGL.so.1: cannot open shared object file: No such file or directory", &plain());
    assert!(text.is_some_and(|text| text.contains("apt-get install libgl1")));
    assert_eq!(explained("all is well and nothing failed", &plain()), None);
}
