#!/usr/bin/env python3
"""layouts.py DYLENS TOOLS GROUND

Environments as people have them, made by the tools that make them: `dylens check`, without a path, has to take the one that
the tool would use there, and to say why.  TOOLS is a virtual environment, into which uv, poetry, hatch, pdm, pipenv, tox, nox,
virtualenv and pipx are installed where they are not yet.  Conda's and pixi's are laid out by hand, as no registry has them.

Ends with `N passed, N failed`; exit code 1 where one failed.
"""
import json
import os
import shutil
import subprocess
import sys

DYLENS, TOOLS, GROUND = map(os.path.abspath, sys.argv[1:4])
NEEDED = ["uv", "poetry", "hatch", "pdm", "pipenv", "tox", "nox", "virtualenv", "pipx"]
PATH = f"{TOOLS}/bin:/usr/bin:/bin"
PROJECT = '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = []\n'
passed = failed = 0


class Layout:
    """One home, one project."""

    def __init__(self, name):
        self.name = name
        self.root = os.path.join(GROUND, name)
        shutil.rmtree(self.root, ignore_errors=True)
        self.home, self.project = os.path.join(self.root, "home"), os.path.join(self.root, "demo")
        os.makedirs(self.home)
        os.makedirs(self.project)
        self.write("pyproject.toml", PROJECT)
        self.env = {"HOME": self.home, "PATH": PATH, "LANG": "C.UTF-8", "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never",
                    "PDM_CHECK_UPDATE": "0", "PIPENV_VERBOSITY": "-1", "TOX_TESTENV_PASSENV": "*", "NO_COLOR": "1", "PIP_CERT": os.environ.get("PIP_CERT", "")}
        self.env = {name: value for name, value in self.env.items() if value}

    def write(self, path, text):
        path = os.path.join(self.project, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)

    def run(self, *command, cwd=None, **env):
        done = subprocess.run(command, cwd=cwd or self.project, env={**self.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout[-600:]}")
        return done.stdout

    def venv(self, path):
        """An environment by the standard library."""
        self.run(f"{TOOLS}/bin/python", "-m", "venv", "--without-pip", path)
        return os.path.join(self.project, path)

    def conda(self, path):
        """As conda and pixi lay out an environment."""
        path = os.path.join(self.project, path)
        os.makedirs(os.path.join(path, "conda-meta"))
        os.makedirs(os.path.join(path, "lib", "python3.11", "site-packages"))
        open(os.path.join(path, "conda-meta", "history"), "w").close()
        return path

    def taken(self, *words, cwd=None, **env):
        """What dylens takes: the folder, and why."""
        # What a person's shell has, and nothing of who runs this test.
        env = {**self.env, "PATH": "/usr/bin:/bin", **env}
        done = subprocess.run([DYLENS, "check", "--format", "json", *words], cwd=cwd or self.project, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 1):
            return None, done.stderr
        target = json.loads(done.stdout)["target"]
        return target["root"], target["because"]


LAYOUTS = []


def layout(function):
    LAYOUTS.append(function)
    return function


# Each returns the environment that is due, and the words that say why; what else dylens is to be told comes third.

@layout
def venv(it):
    return it.venv(".venv"), "./.venv"

@layout
def venv_by_name(it):
    return it.venv("venv"), "./venv"

@layout
def env(it):
    return it.venv("env"), "./env"

@layout
def venv_with_version(it):
    it.run("virtualenv", "--no-pip", "-q", ".venv-3.11")
    # Newer ones write a file `.venv` that leads there, too.
    return os.path.join(it.project, ".venv-3.11"), ".venv"

@layout
def upward(it):
    os.makedirs(os.path.join(it.project, "src", "deep"))
    return it.venv(".venv"), ".venv in", {"cwd": os.path.join(it.project, "src", "deep")}

@layout
def nearest(it):
    it.venv(".venv")
    os.makedirs(os.path.join(it.project, "inner"))
    return it.venv("inner/.venv"), "./.venv", {"cwd": os.path.join(it.project, "inner")}

@layout
def within(it):
    root = it.venv(".venv")
    return root, "this folder lies in it", {"cwd": os.path.join(root, "lib")}

@layout
def pointer_file(it):
    root = it.venv("../central/one")
    it.write(".venv", os.path.realpath(root) + "\n")
    return root, "the file .venv"

@layout
def link(it):
    root = it.venv("../central/one")
    os.symlink(root, os.path.join(it.project, ".venv"))
    return root, "./.venv"

@layout
def active(it):
    it.venv(".venv")
    return it.venv("../other"), "$VIRTUAL_ENV", {"VIRTUAL_ENV": os.path.join(it.root, "other")}

@layout
def on_path(it):
    root = it.venv("../other")
    return root, "on PATH", {"PATH": os.path.join(root, "bin") + ":/usr/bin:/bin"}

@layout
def uv_venv(it):
    it.run("uv", "venv", "-q", "--no-project", "--python", f"{TOOLS}/bin/python")
    return os.path.join(it.project, ".venv"), "./.venv"

@layout
def uv_sync(it):
    it.run("uv", "sync", "-q", "--python", f"{TOOLS}/bin/python", "--no-install-project")
    return os.path.join(it.project, ".venv"), "./.venv"

@layout
def uv_project_environment(it):
    it.run("uv", "sync", "-q", "--python", f"{TOOLS}/bin/python", "--no-install-project", UV_PROJECT_ENVIRONMENT="../own")
    return os.path.join(it.root, "own"), "$UV_PROJECT_ENVIRONMENT", {"UV_PROJECT_ENVIRONMENT": "../own"}

@layout
def uv_tool(it):
    it.run("uv", "tool", "install", "-q", "--no-index", "--find-links", wheels(), "--python", f"{TOOLS}/bin/python", "tool-demo")
    return os.path.join(it.home, ".local/share/uv/tools/tool-demo"), "tool-demo of uv tool", {"words": ["tool-demo"]}

@layout
def pipx(it):
    it.run("pipx", "install", "-q", "--python", f"{TOOLS}/bin/python", "--pip-args", f"--find-links {wheels()}", "tool-demo", PIPX_DEFAULT_BACKEND="pip")
    found = [os.path.join(it.home, place, "venvs/tool-demo") for place in (".local/share/pipx", ".local/pipx")]
    return next(path for path in found if os.path.exists(path)), "tool-demo of pipx", {"words": ["tool-demo"]}

@layout
def pipx_home(it):
    home = os.path.join(it.root, "pipx")
    it.run("pipx", "install", "-q", "--python", f"{TOOLS}/bin/python", "--pip-args", f"--find-links {wheels()}", "tool-demo", PIPX_HOME=home, PIPX_DEFAULT_BACKEND="pip")
    return os.path.join(home, "venvs/tool-demo"), "tool-demo of pipx", {"words": ["tool-demo"], "PIPX_HOME": home}

def poetry_project(it):
    it.write("pyproject.toml", '[tool.poetry]\nname = "demo"\nversion = "1"\ndescription = ""\nauthors = []\npackage-mode = false\n[tool.poetry.dependencies]\npython = ">=3.8"\n')

def poetry_path(it, **env):
    return it.run("poetry", "env", "info", "--path", **env).strip().splitlines()[-1]

@layout
def poetry(it):
    poetry_project(it)
    it.run("poetry", "env", "use", "-q", f"{TOOLS}/bin/python")
    return poetry_path(it), "poetry's environment of this folder"

@layout
def poetry_in_project(it):
    poetry_project(it)
    it.run("poetry", "config", "--local", "virtualenvs.in-project", "true")
    it.run("poetry", "env", "use", "-q", f"{TOOLS}/bin/python")
    return os.path.join(it.project, ".venv"), "./.venv"

@layout
def poetry_virtualenvs_path(it):
    poetry_project(it)
    place = os.path.join(it.root, "elsewhere")
    it.run("poetry", "env", "use", "-q", f"{TOOLS}/bin/python", POETRY_VIRTUALENVS_PATH=place)
    return poetry_path(it, POETRY_VIRTUALENVS_PATH=place), "poetry's environment of this folder", {"POETRY_VIRTUALENVS_PATH": place}

@layout
def poetry_cache_dir(it):
    poetry_project(it)
    place = os.path.join(it.root, "cache")
    it.run("poetry", "env", "use", "-q", f"{TOOLS}/bin/python", POETRY_CACHE_DIR=place)
    return poetry_path(it, POETRY_CACHE_DIR=place), "poetry's environment of this folder", {"POETRY_CACHE_DIR": place}

@layout
def hatch(it):
    it.run("hatch", "env", "create", HATCH_PYTHON=f"{TOOLS}/bin/python")
    return it.run("hatch", "env", "find").strip().splitlines()[-1], "hatch's environment of this folder"

@layout
def hatch_data_dir(it):
    place = os.path.join(it.root, "data")
    it.run("hatch", "env", "create", HATCH_PYTHON=f"{TOOLS}/bin/python", HATCH_DATA_DIR=place)
    return it.run("hatch", "env", "find", HATCH_DATA_DIR=place).strip().splitlines()[-1], "hatch's environment of this folder", {"HATCH_DATA_DIR": place}

@layout
def pdm(it):
    it.run("pdm", "config", "venv.with_pip", "false")
    it.run("pdm", "venv", "create", "-q", f"{TOOLS}/bin/python")
    return os.path.join(it.project, ".venv"), "./.venv"

@layout
def pdm_elsewhere(it):
    it.run("pdm", "config", "venv.in_project", "false")
    it.run("pdm", "venv", "create", "-q", "--name", "own", f"{TOOLS}/bin/python")
    path = it.run("pdm", "venv", "--path", "own").strip().splitlines()[-1]
    it.run("pdm", "use", "-q", "-f", "--venv", "own")
    return path, "pdm's environment of this folder"

def pipfile(it):
    os.unlink(os.path.join(it.project, "pyproject.toml"))
    it.write("Pipfile", "[packages]\n")

@layout
def pipenv(it):
    pipfile(it)
    it.run("pipenv", "--python", f"{TOOLS}/bin/python")
    return it.run("pipenv", "--venv").strip().splitlines()[-1], "pipenv's environment of this folder"

@layout
def pipenv_in_project(it):
    pipfile(it)
    it.run("pipenv", "--python", f"{TOOLS}/bin/python", PIPENV_VENV_IN_PROJECT="1")
    return os.path.join(it.project, ".venv"), "./.venv"

@layout
def pipenv_workon_home(it):
    pipfile(it)
    home = os.path.join(it.root, "workon")
    os.makedirs(home)
    it.run("pipenv", "--python", f"{TOOLS}/bin/python", WORKON_HOME=home)
    return it.run("pipenv", "--venv", WORKON_HOME=home).strip().splitlines()[-1], "pipenv's environment of this folder", {"WORKON_HOME": home}

@layout
def pipenv_custom_name(it):
    pipfile(it)
    it.run("pipenv", "--python", f"{TOOLS}/bin/python", PIPENV_CUSTOM_VENV_NAME="mine")
    return os.path.join(it.home, ".local/share/virtualenvs/mine"), "pipenv's environment of this folder", {"PIPENV_CUSTOM_VENV_NAME": "mine"}

@layout
def virtualenvwrapper(it):
    # `mkvirtualenv -a PROJECT NAME` makes these two.
    root = os.path.join(it.home, ".virtualenvs", "any")
    it.run("virtualenv", "--no-pip", "-q", root)
    with open(os.path.join(root, ".project"), "w") as file:
        file.write(it.project + "\n")
    return root, "virtualenvwrapper's environment of this folder"

@layout
def tox(it):
    it.write("tox.ini", "[tox]\nenvlist = tests\nskip_install = true\nno_package = true\n[testenv]\nskip_install = true\n")
    it.run("tox", "-q", "-e", "tests", "--notest", "-x", "testenv.base_python=python3.11")
    return os.path.join(it.project, ".tox", "tests"), "./.tox/tests"

@layout
def nox(it):
    it.write("noxfile.py", "import nox\n\n@nox.session\ndef tests(session):\n    pass\n")
    it.run("nox", "-s", "tests")
    return os.path.join(it.project, ".nox", "tests"), "./.nox/tests"

@layout
def work_before_tests(it):
    tox(it)
    return it.venv(".venv"), "./.venv"

@layout
def conda_active(it):
    return it.conda("../conda/envs/one"), "$CONDA_PREFIX", {"CONDA_PREFIX": os.path.join(it.root, "conda/envs/one"), "CONDA_DEFAULT_ENV": "one"}

@layout
def conda_base_and_a_project(it):
    it.conda("../conda")
    return it.venv(".venv"), "./.venv", {"CONDA_PREFIX": os.path.join(it.root, "conda"), "CONDA_DEFAULT_ENV": "base"}

@layout
def conda_base(it):
    return it.conda("../conda"), "the base environment of conda", {"CONDA_PREFIX": os.path.join(it.root, "conda"), "CONDA_DEFAULT_ENV": "base"}

@layout
def conda_by_name(it):
    root = it.conda("../home/miniconda3/envs/one")
    return root, "one of conda", {"words": ["one"]}

@layout
def pixi(it):
    it.conda(".pixi/envs/cuda")
    return it.conda(".pixi/envs/default"), ".pixi/envs/default"

_wheels = []


def wheels():
    """A folder with the wheel of a tool that has nothing but a program."""
    if not _wheels:
        folder = os.path.join(GROUND, "wheels")
        os.makedirs(folder, exist_ok=True)
        import base64, hashlib, zipfile
        files = {"tool_demo.py": "def main():\n    print('demo')\n", "tool_demo-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tool-demo\nVersion: 1\n",
                 "tool_demo-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: layouts\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                 "tool_demo-1.dist-info/entry_points.txt": "[console_scripts]\ntool-demo = tool_demo:main\n"}
        record = "".join(f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n" for name, text in files.items())
        with zipfile.ZipFile(os.path.join(folder, "tool_demo-1-py3-none-any.whl"), "w") as wheel:
            for name, text in {**files, "tool_demo-1.dist-info/RECORD": record + "tool_demo-1.dist-info/RECORD,,\n"}.items():
                wheel.writestr(name, text)
        _wheels.append(folder)
    return _wheels[0]


def main():
    global passed, failed
    if not os.path.exists(os.path.join(TOOLS, "bin", "python")):
        subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True)
    missing = [name for name in NEEDED if not os.path.exists(os.path.join(TOOLS, "bin", name))]
    if missing:
        subprocess.run([os.path.join(TOOLS, "bin", "pip"), "install", "-q", *missing], check=True)
    only = sys.argv[4:]
    for function in LAYOUTS:
        if only and function.__name__ not in only:
            continue
        it = Layout(function.__name__)
        try:
            due, why, *more = function(it)
        except (RuntimeError, StopIteration) as error:
            failed += 1
            print(f"FAILED {function.__name__}: it could not be made: {error}", flush=True)
            continue
        more = dict(more[0]) if more else {}
        root, because = it.taken(*more.pop("words", ()), **more)
        if root is not None and os.path.realpath(root) == os.path.realpath(due) and why in (because or ""):
            passed += 1
        else:
            failed += 1
            print(f"FAILED {function.__name__}: {root} ({because}) was taken, not {due} ({why})", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
