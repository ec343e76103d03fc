//! Compiled code does what its source does: the same outcome and the same effects, of code that six Pythons compiled.

use std::sync::Arc;

use proptest::prelude::*;

use super::World;
use crate::python::compiled::CompiledModule;
use crate::python::{Standing, named_imports};

const CASES: &str = include_str!("../../../tests/fixtures/bytecode/cases.py");
const COMPILED: [(&[u8], u8); 6] = [
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.8.marshal"), 8),
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.9.marshal"), 9),
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.10.marshal"), 10),
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.11.marshal"), 11),
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.12.marshal"), 12),
    (include_bytes!("../../../tests/fixtures/bytecode/cases-3.13.marshal"), 13),
];

/// A package with this code, whose `ext` cannot be loaded.
fn world(init: &str) -> World {
    World::new(&format!(
        "//- /s/p/__init__.py\n{init}//- /s/p/ext.so needs:libgone.so\n//- /s/p/other.py\nx = 0\n//- /s/other_top.py\n"
    ))
}

fn told(mut world: World) -> (String, Vec<String>) {
    let outcome = world.outcome("p");
    (outcome, world.told)
}

#[test]
fn compiled_code_does_what_its_source_does() {
    let sources: Vec<&str> = CASES.split("# ---\n").skip(1).collect();
    let mut wrong = String::new();
    for (bytes, minor) in COMPILED {
        let modules = CompiledModule::read_all(bytes, minor);
        assert_eq!(modules.len(), sources.len(), "3.{minor}");
        for (source, module) in sources.iter().zip(modules) {
            let expected = told(world(source));
            let mut compiled = world(source);
            compiled.compiled.insert("p".into(), Arc::new(module));
            let found = told(compiled);
            if expected != found {
                wrong += &format!("3.{minor}:\n{source}source: {expected:?}\ncompiled: {found:?}\n\n");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn compiled_code_names_the_modules_that_its_source_names() {
    for (bytes, minor) in COMPILED {
        for (source, module) in CASES.split("# ---\n").skip(1).zip(CompiledModule::read_all(bytes, minor)) {
            let written = named_imports(source.as_bytes());
            let names = |imports: &[crate::python::NamedImport]| {
                let shown = |import: &crate::python::NamedImport| {
                    // The body of a class is code of its own, as that of a function is.
                    let is_lazy = import.standing == Standing::Function && !source.starts_with("class");
                    (import.level, import.module.clone(), import.taken.clone(), is_lazy)
                };
                let mut names: Vec<_> = imports.iter().map(shown).collect();
                names.sort();
                names.dedup();
                names
            };
            assert_eq!(names(&module.named_imports()), names(&written), "3.{minor}:\n{source}");
        }
    }
}

#[test]
fn a_list_that_functions_change_is_not_known() {
    let source = CASES.split("# ---\n").position(|source| source.starts_with("__all__")).expect("it");
    for (bytes, minor) in COMPILED {
        let module = CompiledModule::read_all(bytes, minor).swap_remove(source - 1);
        let mut world = world("from .other import *\nfrom p import b\n");
        world.compiled.insert("p.other".into(), Arc::new(module));
        assert_eq!(world.outcome("p"), "ok", "3.{minor}");
    }
}

#[test]
fn code_of_an_unknown_python_tells_nothing() {
    let file = include_bytes!("../../../tests/fixtures/bytecode/3.11.pyc");
    assert!(CompiledModule::read_file(file).is_some());
    assert!(CompiledModule::read(&file[16..], 3627).is_none());
    assert!(CompiledModule::read_file(&file[..10]).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_code_makes_it_panic_or_hang(
        which in 0usize..6,
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let (bytes, minor) = COMPILED[which];
        let mut bytes = bytes.to_vec();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        for module in CompiledModule::read_all(&bytes, minor) {
            module.named_imports();
            let mut world = world("");
            world.compiled.insert("p".into(), Arc::new(module));
            world.outcome("p");
        }
    }
}
