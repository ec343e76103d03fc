use super::templates::{ALL, BY_PATCHELF_RPATH, DELOCATE_FROM, PIP_INSTALL};
use super::{Command, Shell, Template};

#[test]
fn a_value_is_one_word_whatever_stands_in_it() {
    let command = BY_PATCHELF_RPATH.with(&[&"$ORIGIN/../x libs", &"a b/$(touch x).so"]).expect("printable");
    let words: Vec<String> = command.words().into_iter().map(|word| word.text).collect();
    assert_eq!(words[3..], ["$ORIGIN/../x libs", "a b/$(touch x).so"]);
    assert_eq!(command.to_string(), "patchelf --force-rpath --add-rpath '$ORIGIN/../x libs' 'a b/$(touch x).so'");
}

#[test]
fn a_path_with_a_leading_dash_is_no_option() {
    let command = BY_PATCHELF_RPATH.with(&[&"$ORIGIN", &"--help.so"]).expect("printable");
    assert!(command.to_string().ends_with(" ./--help.so"), "{command}");
    assert!(BY_PATCHELF_RPATH.with(&[&"--help", &"x.so"]).is_err(), "a text cannot be given another start");
}

#[test]
fn what_is_no_name_of_a_distribution_gets_no_command() {
    assert_eq!(PIP_INSTALL.with(&[&"numpy"]).expect("a name").to_string(), "python -m pip install numpy");
    let refusal = PIP_INSTALL.with(&[&"evil$(touch x)"]).expect_err("no name");
    assert_eq!(refusal.to_string(), "evil$(touch x) is not the name of a package");
}

#[test]
fn a_variable_is_set_and_its_value_quoted() {
    let command = DELOCATE_FROM.with(&[&"/a b"]).expect("a path");
    assert_eq!(command.to_string(), "DYLD_LIBRARY_PATH='/a b' delocate-wheel WHEEL");
    assert_eq!(command.text(Shell::Cmd), None);
    let placeholders: Vec<bool> = command.words().iter().map(|word| word.is_placeholder).collect();
    assert_eq!(placeholders, [false, false, true]);
}

#[test]
fn a_stored_command_is_checked_when_it_is_read() {
    let command = BY_PATCHELF_RPATH.with(&[&"$ORIGIN", &"x.so"]).expect("printable");
    let again = Command::restored(command.parts().map(|(template, values)| (template, values.to_vec())).collect());
    assert_eq!(again.as_ref(), Some(&command));
    let restored = |values: &[&str]| {
        Command::restored(vec![(BY_PATCHELF_RPATH, values.iter().map(|&value| value.to_owned()).collect())])
    };
    assert_eq!(restored(&["x"]), None, "a value is missing");
    assert_eq!(restored(&["-x", "y"]), None, "a value does not fit");
    assert_eq!(Template::known("rm -rf {path}"), None, "no template of ours");
}

#[test]
fn every_template_reads_and_starts_with_a_program() {
    for template in ALL {
        let values = template.places().map(|kind| kind.example()).collect::<Vec<_>>();
        let values: Vec<&dyn AsRef<[u8]>> = values.iter().map(|value| value as &dyn AsRef<[u8]>).collect();
        let command: Command = template.with(&values).unwrap_or_else(|refusal| panic!("{}: {refusal}", template.0));
        assert!(
            !template.0.contains(['\'', '"', ';', '&', '|', '`']),
            "{}: words are quoted by the shell's rules",
            template.0
        );
        assert!(command.words().iter().all(|word| !word.text.is_empty()), "{}: one space", template.0);
    }
}
