use super::RequirementLines;
use crate::vfs::{Memory, VPath};

fn lines(files: &[(&str, &str)], folders: &[&str]) -> RequirementLines {
    let mut memory = Memory::new();
    for (path, text) in files {
        memory.file(&VPath::new(path), text.as_bytes().to_vec());
    }
    RequirementLines::in_folders(&memory, &folders.iter().map(VPath::new).collect::<Vec<_>>())
}

fn of(lines: &RequirementLines, name: &str) -> Option<String> {
    lines.of(name).map(|(path, line)| format!("{path}:{line}"))
}

#[test]
fn a_project_names_its_requirements_in_tables_of_many_tools() {
    let text = "[project]\ndependencies = [\n  \"NumPy>=1.26\",\n  'scikit.learn[x]; python_version>\"3\"',\n]\n\
                [project.optional-dependencies]\nplot = [\"matplotlib\"]\n\
                [dependency-groups]\ndev = [{include-group = \"a\"}, \"pytest\"]\n\
                [tool.poetry.dependencies]\npython = \"^3.11\"\nPillow = {version = \"1\"}\n\
                [tool.poetry.group.docs.dependencies]\nlxml = \"*\"\n";
    let lines = lines(&[("/p/pyproject.toml", text)], &["/p"]);
    let of = |name| of(&lines, name);
    assert_eq!(of("numpy").as_deref(), Some("/p/pyproject.toml:3"));
    assert_eq!(of("scikit-learn").as_deref(), Some("/p/pyproject.toml:4"));
    assert_eq!(of("matplotlib").as_deref(), Some("/p/pyproject.toml:7"));
    assert_eq!(of("pytest").as_deref(), Some("/p/pyproject.toml:9"));
    assert_eq!(of("pillow").as_deref(), Some("/p/pyproject.toml:12"));
    assert_eq!(of("lxml").as_deref(), Some("/p/pyproject.toml:14"));
    assert_eq!(of("scipy"), None);
}

#[test]
fn what_a_person_wrote_comes_before_what_a_tool_locked() {
    let files = [
        (
            "/p/requirements.txt",
            "# numpy\n-r other.txt\n  numpy==1.26 \\\n    --hash=sha256:00\nhttps://x/y.whl\nmine @ file:///x\n",
        ),
        ("/p/requirements/dev.txt", "pytest\n"),
        ("/p/uv.lock", "version = 1\n[[package]]\nname = \"numpy\"\n[[package]]\nname = \"libcst\"\n"),
        ("/requirements.txt", "numpy\nscipy\n"),
    ];
    let lines = lines(&files, &["/p", "/"]);
    let of = |name| of(&lines, name);
    assert_eq!(of("numpy").as_deref(), Some("/p/requirements.txt:3"));
    assert_eq!(of("mine").as_deref(), Some("/p/requirements.txt:6"));
    assert_eq!(of("pytest").as_deref(), Some("/p/requirements/dev.txt:1"));
    assert_eq!(of("libcst").as_deref(), Some("/p/uv.lock:5"));
    assert_eq!(of("scipy").as_deref(), Some("/requirements.txt:2"));
    assert_eq!(of("https"), None);
}

#[test]
fn damaged_files_name_nothing() {
    let files = [
        ("/p/pyproject.toml", "[project\n"),
        ("/p/uv.lock", "[[package]]\nname = 1\n"),
        ("/p/requirements.txt", "\u{0}\n"),
    ];
    assert_eq!(lines(&files, &["/p"]), RequirementLines::default());
}
