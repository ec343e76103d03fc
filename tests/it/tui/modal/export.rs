//! The export.

use crate::tui::harness::{WORLD, face};
use dylens::export::{Excerpt, Extent, FORMATS, Folding, Scope};
use dylens::tui::effect::Effect;
use dylens::tui::message::Msg;
use dylens::tui::update::update;

const EXTENT: Extent = Extent { nodes: 14, items: 9, edges: 17, lines: 17 };

#[test]
fn an_excerpt_tells_how_much_of_the_graph_it_is() {
    let scan = crate::tui::harness::scan(WORLD);
    let svg = FORMATS.iter().find(|format| format.name == "svg").expect("a format");
    let folded = Excerpt::default().extent(&scan, svg).expect("a drawing");
    let raw = Excerpt { folding: Some(Folding::Raw), ..Excerpt::default() }.extent(&scan, svg).expect("a drawing");
    assert_eq!((raw.nodes, raw.items, raw.lines), (11, 11, raw.edges), "all but the three distributions");
    assert!(folded.items < raw.items, "{folded:?}");
    let text = FORMATS.iter().find(|format| format.name == "text").expect("a format");
    assert_eq!(Excerpt::default().extent(&scan, text), None, "no drawing");
}

#[test]
fn the_export_shows_what_it_will_write() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    update(&mut face.model, Msg::Preview("json", 12_345, Some(EXTENT), vec!["{".into(), "  \"schema\": 1".into()]));
    let screen = face.screen();
    for words in
        ["(•) json", "( ) dot", "file env.json", "14 nodes as 9, 17 edges, 12 kB", "\"schema\": 1", "enter write it"]
    {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    let Some(Effect::Export { format, path, .. }) = face.press('⏎') else { panic!("nothing is written") };
    assert_eq!((format.name, path.as_str()), ("json", "env.json"));
    update(&mut face.model, Msg::Exported(Err("env.json is there already: type another name".into())));
    assert!(face.screen().contains("✗ env.json is there already"), "{}", face.screen());
    assert!(matches!(face.press('↓'), Some(Effect::Preview { .. })), "another format, another preview");
    face.type_keys("↓↓↓↓↓↓↓↓↓↓↓↓↓");
    while !face.screen().contains("(•) svg") {
        face.press('↑');
    }
    assert!(face.screen().contains("draw (•) this view"), "{}", face.screen());
    let excerpt = |effect| match effect {
        Some(Effect::Preview { excerpt, .. }) => excerpt,
        other => panic!("no preview: {other:?}"),
    };
    let Scope::View(closure) = excerpt(face.press('⇥')).scope else { panic!("no closure") };
    assert_eq!(closure.items.len(), 4, "all above libopenblas");
    assert_eq!(excerpt(face.press('⇥')).scope, Scope::Problems);
    assert!(face.screen().contains("fold (•) folded  ( ) raw  shift-tab"), "{}", face.screen());
    assert_eq!(excerpt(face.press('⇤')).folding, Some(Folding::Raw));
    assert!(face.screen().contains("fold ( ) folded  (•) raw"), "{}", face.screen());
    update(&mut face.model, Msg::Exported(Ok("there.json".into())));
    assert!(face.model.modal.is_none());
    assert!(face.screen().contains("written: there.json"));
}

#[test]
fn an_export_without_a_name_goes_on_the_clipboard() {
    let mut face = face(WORLD, (80, 24)).typed("x");
    assert!(face.screen().contains("without a name: the clipboard"), "{}", face.screen());
    face.type_keys(&"⌫".repeat("env.json".len()));
    let Some(Effect::CopyExport { format, .. }) = face.press('⏎') else { panic!("nothing is copied") };
    assert_eq!(format.name, "json");
    update(&mut face.model, Msg::Written(Err("json cannot be written".into())));
    assert!(face.screen().contains("✗ json cannot be written"));
    let wish = update(&mut face.model, Msg::Written(Ok("{}".into())));
    assert!(matches!(wish, Some(Effect::Copy(text)) if text == "{}"));
    assert!(face.model.modal.is_none());
}
