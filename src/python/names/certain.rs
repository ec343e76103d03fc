//! The import statements that run whenever their module does, told by how far lines are indented.

use super::{NamedImport, Standing, is_word, named_imports};

/// The import statements that no condition, function or handler may pass over: those at the top of the module, and those in a
/// `try` at the left margin of which every handler raises again.
pub fn certain_imports(source: &[u8]) -> Vec<NamedImport> {
    let imports = named_imports(source);
    let mut lines = None;
    let mut is_certain = |import: &NamedImport| match import.standing {
        _ if import.is_call => false,
        Standing::Top => true,
        Standing::Function => false,
        Standing::Block => {
            let lines: &Vec<&[u8]> = lines.get_or_insert_with(|| source.split(|&byte| byte == b'\n').collect());
            is_in_raising_try(lines, import.line as usize - 1)
        }
    };
    imports.into_iter().filter(|import| is_certain(import)).collect()
}

fn is_in_raising_try(lines: &[&[u8]], at: usize) -> bool {
    let Some(margin) = lines.get(at).map(|line| indent(line)).filter(|margin| *margin > 0) else { return false };
    let head = lines[..at].iter().rev().find(|line| !is_blank(line) && indent(line) < margin);
    if !head.is_some_and(|head| indent(head) == 0 && word(head) == b"try") {
        return false;
    }
    // Does the handler that is gone through raise again?
    let mut raises = None;
    for line in lines[at..].iter().filter(|line| !is_blank(line)) {
        match (indent(line), word(line)) {
            (0, b"except" | b"else" | b"finally") if raises == Some(false) => return false,
            (0, b"except") => raises = Some(false),
            (0, b"else" | b"finally") => raises = None,
            (0, _) => break,
            (_, b"raise") => raises = raises.map(|_| true),
            _ => {}
        }
    }
    raises != Some(false)
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

fn is_blank(line: &[u8]) -> bool {
    matches!(line.trim_ascii().first(), None | Some(b'#'))
}

/// The word that a line begins with.
fn word(line: &[u8]) -> &[u8] {
    let line = line.trim_ascii_start();
    &line[..line.iter().take_while(|byte| is_word(**byte)).count()]
}

#[cfg(test)]
mod tests {
    use super::certain_imports;

    fn modules(source: &str) -> Vec<String> {
        certain_imports(source.as_bytes()).into_iter().map(|import| import.module.to_string()).collect()
    }

    #[test]
    fn what_may_not_run_is_passed_over() {
        for source in [
            "def f():\n    import numpy\n",
            "if x:\n    import numpy\n",
            "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n",
            "\"\"\"\nimport numpy\n\"\"\"\n",
            "if x:\n    try:\n        import numpy\n    except ImportError:\n        raise\n",
            "try:\n    if x:\n        import numpy\nexcept ImportError:\n    raise\n",
            "importlib.import_module('numpy')\n",
        ] {
            assert_eq!(modules(source), [] as [String; 0], "{source}");
        }
    }

    #[test]
    fn a_try_whose_handlers_raise_again_guards_nothing() {
        let source = "try:\n    import numpy\n\n    # why\n    import numpy.core.multiarray\nexcept ImportError:\n    \
                      print('x')\n    raise\nimport os\n";
        assert_eq!(modules(source), ["numpy", "numpy.core.multiarray", "os"]);
        let from = "try:\n    import numpy\nexcept ImportError as e:\n    raise X('y') from e\nfinally:\n    pass\n";
        assert_eq!(modules(from), ["numpy"]);
        assert_eq!(modules("try:\n    import numpy\nfinally:\n    pass\n"), ["numpy"]);
        let two = "try:\n    import numpy\nexcept ImportError:\n    raise\nexcept Exception:\n    pass\nimport os\n";
        assert_eq!(modules(two), ["os"]);
        assert!(modules("try:\n    import numpy\nexcept ImportError:\n    pass\nelse:\n    raise X\n").is_empty());
    }
}
