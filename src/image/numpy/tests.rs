use super::{Binding, NumpyTexts, numpy_release};
use crate::image::{RustSign, RustTraits};

fn texts(set: impl Fn(&mut NumpyTexts)) -> NumpyTexts {
    let mut texts = NumpyTexts::default();
    set(&mut texts);
    texts
}

fn rust(version: Option<&str>) -> RustTraits {
    let crates = version.map(|version| ("numpy", version.to_owned())).into_iter().collect();
    RustTraits { sign: RustSign::Library, rustc: None, commit: None, crates }
}

#[test]
fn headers_are_told_by_the_module_that_they_name() {
    let one = texts(|texts| (texts.capsule, texts.umath_1) = (true, true));
    assert_eq!(
        Binding::of(&one, None),
        Some(Binding::Headers1 { before_1_16: false, feature: None, in_pybind11: false })
    );
    let oldest = texts(|texts| (texts.capsule, texts.multiarray_1) = (true, true));
    assert_eq!(
        Binding::of(&oldest, None),
        Some(Binding::Headers1 { before_1_16: true, feature: None, in_pybind11: false })
    );
    let mut two = NumpyTexts { umath_2: true, core_2: true, minimum: Some("1.23".into()), ..one.clone() };
    assert_eq!(Binding::of(&two, None), Some(Binding::Headers2 { minimum: Some((1, 23)), in_pybind11: false }));
    two.capsule = false;
    assert_eq!(Binding::of(&two, None), None);
}

#[test]
fn rust_and_pybind11_are_told_apart_by_whether_they_know_numpy_2() {
    let old = texts(|texts| (texts.capsule, texts.multiarray_1) = (true, true));
    let knows = |texts: &NumpyTexts, version| match Binding::of(texts, Some(&rust(version))) {
        Some(Binding::RustNumpy { knows_2, .. }) => Some(knows_2),
        _ => None,
    };
    assert_eq!(knows(&old, Some("0.20.0")), Some(false));
    assert_eq!(knows(&old, Some("0.22.1")), Some(true));
    assert_eq!(knows(&old, None), Some(false));
    assert_eq!(knows(&NumpyTexts { rust_both: true, ..old.clone() }, None), Some(true));
    assert_eq!(knows(&NumpyTexts::default(), None), None);
    let pybind11 = NumpyTexts { pybind11: true, ..old };
    assert_eq!(Binding::of(&pybind11, None), Some(Binding::Pybind11 { knows_2: false }));
    let newer = NumpyTexts { multiarray_1: false, core_2: true, ..pybind11 };
    assert_eq!(Binding::of(&newer, None), Some(Binding::Pybind11 { knows_2: true }));
}

#[test]
fn cython_s_types_are_told_by_what_they_say_when_numpy_is_gone() {
    let types = texts(|texts| (texts.failed_1, texts.multiarray_1) = (true, true));
    assert_eq!(Binding::of(&types, None), Some(Binding::CythonTypes { knows_2: false }));
    assert_eq!(Binding::of(&NumpyTexts { umath_2: true, ..types.clone() }, None), None);
    let newer = NumpyTexts { failed_2: true, ..types };
    assert_eq!(Binding::of(&newer, None), Some(Binding::CythonTypes { knows_2: true }));
    assert_eq!(Binding::of(&texts(|texts| texts.multiarray_1 = true), None), None);
}

#[test]
fn what_knows_numpy_2_asks_for_the_module_of_the_numpy_that_is_there() {
    let newer = Binding::Pybind11 { knows_2: true };
    assert_eq!(newer.asks_for(Some(1)), ["numpy.core.multiarray"]);
    assert_eq!(newer.asks_for(Some(2)), ["numpy._core.multiarray"]);
    let older = Binding::RustNumpy { knows_2: false, version: None };
    assert_eq!(older.asks_for(Some(2)), ["numpy.core.multiarray"]);
}

#[test]
fn a_release_is_read_from_versions_of_all_kinds() {
    assert_eq!(numpy_release("1.23.5"), Some((1, 23)));
    assert_eq!(numpy_release("2.1.0rc1"), Some((2, 1)));
    assert_eq!(numpy_release("2.5rc1"), Some((2, 5)));
    assert_eq!(numpy_release("x"), None);
}
