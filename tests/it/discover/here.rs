//! The environment that is taken where none is named: every layout that people have, as their tools make it.

use super::{chosen, target};

/// An environment, so far as it matters here.
fn venv(path: &str) -> String {
    format!("//- {path}/pyvenv.cfg\nhome = /usr/bin\nversion = 3.11.7\n")
}

/// A world in which a person stands in `/p`, at home in `/home/me`, with environments at these paths and other lines.
fn world(environments: &[&str], others: &str) -> String {
    let environments: String = environments.iter().map(|path| venv(path)).collect();
    format!("//* directory=/p\n//* HOME=/home/me\n//* PATH=/usr/bin\n//- /p/\n{environments}{others}")
}

/// What is taken, and why.
fn taken(world: &str) -> (String, String) {
    let (_, path, because) = chosen(world, None);
    (path, because.expect("a reason"))
}

/// What is taken of one environment and other files, and nothing but those.
#[track_caller]
fn takes(environment: &str, others: &str, because: &str) {
    let world = world(&[environment], others);
    assert_eq!(taken(&world), (environment.to_owned(), because.to_owned()));
}

#[test]
fn an_environment_in_the_project_is_taken() {
    for name in [".venv", "venv", "env", ".venv-3.11", ".pixi/envs/default", ".hatch/p", ".tox/py311", ".nox/tests"] {
        takes(&format!("/p/{name}"), "", &format!("./{name}"));
    }
}

#[test]
fn an_environment_of_conda_in_the_project_is_taken() {
    let world = world(&[], "//- /p/env/conda-meta/history\n");
    assert_eq!(taken(&world).0, "/p/env");
}

#[test]
fn a_folder_that_is_only_called_like_one_is_not() {
    let world = world(&[], "//- /p/.venv/readme.txt\nnothing\n//- /p/env/settings.py\nx = 1\n");
    assert_eq!(taken(&world), ("/usr".into(), "/usr/bin/python3 on PATH".into()));
}

#[test]
fn the_project_is_looked_for_upward() {
    let world = world(&["/p/.venv"], "//- /p/src/deep/\n").replace("directory=/p", "directory=/p/src/deep");
    assert_eq!(taken(&world), ("/p/.venv".into(), ".venv in /p".into()));
}

#[test]
fn the_nearest_project_wins() {
    let world = world(&["/p/.venv", "/p/inner/venv"], "").replace("directory=/p", "directory=/p/inner");
    assert_eq!(taken(&world).0, "/p/inner/venv");
}

#[test]
fn whoever_stands_in_an_environment_means_it() {
    let world = world(&["/p/.venv"], "//- /p/.venv/lib/\n").replace("directory=/p", "directory=/p/.venv/lib");
    assert_eq!(taken(&world), ("/p/.venv".into(), "this folder lies in it".into()));
}

#[test]
fn a_file_called_venv_points_to_the_environment() {
    takes("/central/one", "//- /p/.venv\n/central/one\n", "the file .venv in this folder");
    takes("/central/one", "//- /p/.venv\n../central/one\n", "the file .venv in this folder");
    takes("/home/me/.virtualenvs/one", "//- /p/.venv\none\n", "the file .venv in this folder");
}

#[test]
fn uv_is_told_by_a_variable_where_the_environment_of_a_project_is() {
    let named = "//* UV_PROJECT_ENVIRONMENT=.uv\n//- /p/pyproject.toml\n";
    takes("/p/.uv", named, "$UV_PROJECT_ENVIRONMENT");
    let both = world(&["/p/.uv", "/p/.venv"], named);
    assert_eq!(taken(&both).0, "/p/.uv");
    let no_project = world(&["/p/.uv"], "//* UV_PROJECT_ENVIRONMENT=.uv\n");
    assert_eq!(taken(&no_project).0, "/usr");
}

/// `knnm9BIB`: as hatch and poetry call `/p/project`.
const PROJECT: &str = "//- /p/project/pyproject.toml\n";

#[test]
fn hatch_keeps_environments_by_project() {
    for data in ["/home/me/.local/share/hatch", "/hatch"] {
        let own = format!("{data}/env/virtual/name/knnm9BIB/name");
        let world = world(&[&own, &format!("{data}/env/virtual/name/knnm9BIB/docs")], PROJECT);
        let world = format!("//* HATCH_DATA_DIR=/hatch\n{world}").replace("directory=/p", "directory=/p/project");
        assert_eq!(taken(&world), (own, "hatch's environment of this folder".into()));
    }
}

#[test]
fn an_environment_of_another_project_of_the_same_name_is_not_taken() {
    let other = [
        "/home/me/.local/share/hatch/env/virtual/name/AAAAAAAA/name",
        "/home/me/.cache/pypoetry/virtualenvs/project-AAAAAAAA-py3.11",
    ];
    let world = world(&other, PROJECT).replace("directory=/p", "directory=/p/project");
    assert_eq!(taken(&world).0, "/usr");
}

#[test]
fn poetry_keeps_environments_in_its_cache() {
    for cache in ["/home/me/.cache/pypoetry", "/home/me/Library/Caches/pypoetry", "/cache"] {
        let own = format!("{cache}/virtualenvs/name-knnm9BIB-py3.11");
        let world = world(&[&own], PROJECT);
        let world = format!("//* POETRY_CACHE_DIR=/cache\n{world}").replace("directory=/p", "directory=/p/project");
        assert_eq!(taken(&world), (own, "poetry's environment of this folder".into()));
    }
}

#[test]
fn poetry_is_told_of_another_place_and_of_the_environment_in_use() {
    let [newer, older] = ["/envs/name-knnm9BIB-py3.13", "/envs/name-knnm9BIB-py3.9"];
    let poetry = format!("{PROJECT}//- /p/project/poetry.toml\n[virtualenvs]\npath = \"/envs\"\n");
    let world = |others: &str| {
        world(&[newer, older], &format!("{poetry}{others}")).replace("directory=/p", "directory=/p/project")
    };
    assert_eq!(taken(&world("")).0, newer);
    assert_eq!(taken(&world("//- /envs/envs.toml\n[name-knnm9BIB]\nminor = \"3.9\"\npatch = \"3.9.1\"\n")).0, older);
}

#[test]
fn pdm_says_in_the_project_which_interpreter_it_uses() {
    takes(
        "/home/me/.local/share/pdm/venvs/p-x-3.11",
        "//- /p/.pdm-python\n/home/me/.local/share/pdm/venvs/p-x-3.11/bin/python",
        "pdm's environment of this folder",
    );
}

#[test]
fn pipenv_keeps_environments_by_the_pipfile() {
    // `7pcxUZ5s`: as pipenv calls `/p/Pipfile`.
    for folder in ["/home/me/.local/share/virtualenvs", "/work", "/home/me/.virtualenvs"] {
        let settings = "//* WORKON_HOME=/work\n//- /p/Pipfile\n";
        takes(&format!("{folder}/p-7pcxUZ5s"), settings, "pipenv's environment of this folder");
        takes(&format!("{folder}/p-7pcxUZ5s-3.11"), settings, "pipenv's environment of this folder");
    }
    let chosen = "//* PIPENV_CUSTOM_VENV_NAME=mine\n//- /p/Pipfile\n";
    takes("/home/me/.local/share/virtualenvs/mine", chosen, "pipenv's environment of this folder");
}

#[test]
fn virtualenvwrapper_ties_an_environment_to_a_folder() {
    let tied = "//- /home/me/.virtualenvs/any/.project\n/p\n";
    takes("/home/me/.virtualenvs/any", tied, "virtualenvwrapper's environment of this folder");
    takes("/home/me/.virtualenvs/p", "", "virtualenvwrapper's environment of this folder");
    let other = world(&["/home/me/.virtualenvs/p"], "//- /home/me/.virtualenvs/p/.project\n/elsewhere\n");
    assert_eq!(taken(&other).0, "/usr");
}

#[test]
fn the_environment_for_work_comes_before_those_for_tests_and_all_are_named() {
    let world = world(&["/p/.tox/py39", "/p/.tox/py311", "/p/venv", "/p/.nox/tests"], "");
    let target = target(&world, None).expect("a target");
    assert_eq!(target.root.to_string(), "/p/venv");
    let others: Vec<String> = target.others.iter().map(|other| other.because.clone()).collect();
    assert_eq!(others, ["./.tox/py311", "./.tox/py39", "./.nox/tests"]);
}

#[test]
fn of_several_environments_the_default_is_taken_then_the_newest_python() {
    let pixi = world(&["/p/.pixi/envs/cuda", "/p/.pixi/envs/default"], "");
    assert_eq!(taken(&pixi).0, "/p/.pixi/envs/default");
    let tox = world(&["/p/.tox/lint"], "//- /p/.tox/py313/pyvenv.cfg\nhome = /usr/bin\nversion = 3.13.0\n");
    assert_eq!(taken(&tox).0, "/p/.tox/py313");
}

#[test]
fn the_base_environment_of_conda_comes_after_the_project_and_before_the_path() {
    let base = "//- /conda/conda-meta/history\n//- /conda/condabin/conda\n";
    for active in ["//* CONDA_PREFIX=/conda\n", "//* CONDA_PREFIX=/conda\n//* CONDA_DEFAULT_ENV=base\n"] {
        assert_eq!(taken(&world(&["/p/.venv"], &format!("{active}{base}"))).0, "/p/.venv");
        let (path, because) = taken(&world(&[], &format!("{active}{base}")));
        assert_eq!((path.as_str(), because.as_str()), ("/conda", "$CONDA_PREFIX, the base environment of conda"));
    }
}

#[test]
fn the_environment_that_a_tool_made_for_dylens_alone_is_never_taken() {
    let own = |mark: &str| {
        let found = "//* PATH=/tools/dylens/bin:/usr/bin\n//* program=/tools/dylens/bin/dylens\n";
        let python = "//- /tools/dylens/bin/python3 -> /usr/bin/python3.11\n";
        format!("//* directory=/p\n//- /p/\n{found}{python}{}//- /tools/dylens/{mark}\n{{}}\n", venv("/tools/dylens"))
    };
    assert_eq!(taken(&own("uv-receipt.toml")).0, "/usr");
    assert_eq!(taken(&own("pipx_metadata.json")).0, "/usr");
    assert_eq!(taken(&own("other.toml")).0, "/tools/dylens", "a person's own, with dylens in it");
}

#[test]
fn the_python_of_an_environment_on_the_path_stands_for_it() {
    let world = world(&["/v"], "//- /v/bin/python3 -> /usr/bin/python3.11\n").replace("PATH=", "PATH=/v/bin:");
    assert_eq!(taken(&world), ("/v".into(), "/v/bin/python3 on PATH".into()));
}

#[test]
fn tools_are_named_instead_of_their_paths() {
    for (path, because) in [
        ("/home/me/.local/share/pipx/venvs/black", "black of pipx"),
        ("/home/me/.local/pipx/venvs/black", "black of pipx"),
        ("/home/me/.local/share/uv/tools/black", "black of uv tool"),
        ("/home/me/miniconda3/envs/black", "black of conda"),
        ("/home/me/.virtualenvs/black", "black of virtualenvwrapper"),
    ] {
        let (_, found, why) = chosen(&world(&[path], ""), Some("black"));
        assert_eq!((found.as_str(), why.as_deref()), (path, Some(because)));
    }
    let error = target(&world(&[], ""), Some("black")).expect_err("no such tool");
    assert!(error.what.contains("/p/black: no such file or folder"), "{error}");
    let here = world(&["/home/me/.local/share/pipx/venvs/black"], "//- /p/black/a.so elf x86_64\n");
    assert_eq!(chosen(&here, Some("black")).1, "/p/black", "a path of this name comes first");
}
