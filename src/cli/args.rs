//! What a person can type.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::completions::{NodeNames, PathThenName, Shell};
use super::values::{arch, commands, compared, formats, glibc, musl, release, reports, rules, themes, tools, windows};
use crate::diagnose::Severity;
use crate::discover::Tool;
use crate::error::Error;
use crate::export::{self, Compared, FORMATS, Folding, Format, Scope};
use crate::image::{Arch, Release, WindowsRelease};
use crate::scan::Scan;
use crate::snapshot::KeptSymbols;

const EXAMPLES: &str = "\
Examples:
  dylens                              explore the environment that is active here
  dylens .venv                        explore this one
  dylens image.tar                    explore a container image (docker save, OCI), or the root of a system
  dylens dist/*.whl                   explore wheels, for whatever system, without installing them
  dylens --demo                       explore a sample environment with every kind of problem
  dylens check .venv                  what will not load, and the command that fixes it
  dylens why .venv libgfortran.so.5   what needs this library, and where it is found
  dylens log build.log .venv          what a failed build's log really says, and what fixes it
  dylens run -- python -m nuitka …    run a build; where it fails, explain what it printed
  dylens export --format dot .venv | dot -Tsvg -o graph.svg

A path that is called like a command is given as ./check.
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 could not run.";

/// See what the native modules of a Python environment load, what will not load, and why.
#[derive(Debug, Parser)]
#[command(name = "dylens", version = env!("DYLENS_VERSION"), after_help = EXAMPLES, subcommand_precedence_over_arg = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// An environment, a folder, a container image, a native file or wheels [default: the environment found here]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Look at an environment that ships inside dylens: macos, or --demo=linux
    #[arg(long, global = true, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "macos", hide_possible_values = true)]
    pub(super) demo: Option<Demo>,
    /// Print nothing but ASCII of its own
    #[arg(long, global = true)]
    pub(super) ascii: bool,
    /// Print the report where the explorer would open
    #[arg(long, global = true)]
    pub(super) no_tui: bool,
    /// The explorer's colors
    #[arg(long, value_name = "NAME", value_parser = themes())]
    pub(super) theme: Option<String>,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub(super) no_mouse: bool,
    /// Scan again when something changes on disk: the explorer shows what became better or worse, check reports again
    #[arg(long, global = true)]
    pub(super) watch: bool,
    /// Print no progress, notes or warnings; errors are printed
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// When to print colors; auto heeds NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: When,
    /// The processor to judge for, where files are made for several: arm64, x86_64, i686 …
    #[arg(long, global = true, value_parser = arch(), hide_possible_values = true)]
    pub(super) arch: Option<Arch>,
    /// The root of another system: nothing of this machine counts [default: taken where PATH holds or lies in one]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) root: Option<PathBuf>,
    /// Of a container image for several platforms, the one to look at: linux/arm64
    #[arg(long, global = true, value_name = "PLATFORM")]
    pub(super) platform: Option<String>,
    /// Judge wheels by this machine, and not by what their tags promise
    #[arg(long, global = true)]
    pub(super) here: bool,
    /// The release of macOS to judge for: 11.0
    #[arg(long, global = true, value_name = "VERSION", value_parser = release)]
    pub(super) macos: Option<Release>,
    /// The release of glibc to judge for: what needs a newer one is reported
    #[arg(long, global = true, value_name = "VERSION", value_parser = glibc)]
    pub(super) glibc: Option<Release>,
    /// The release of musl to judge for: what uses symbols of a newer one is reported
    #[arg(long, global = true, value_name = "VERSION", value_parser = musl)]
    pub(super) musl: Option<Release>,
    /// The release of Windows to judge for: 10.0.17763, 1809, 11
    #[arg(long, global = true, value_name = "VERSION", value_parser = windows)]
    pub(super) windows: Option<WindowsRelease>,
    /// The tool to judge for, with its version: nuitka=2.3.10, pyinstaller, delocate, auditwheel, delvewheel …
    #[arg(long = "for", global = true, value_name = "TOOL", value_parser = tools(), hide_possible_values = true)]
    pub(super) tool: Option<Tool>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show a snapshot that was written with `export -o x.dylens.json`
    Open {
        #[arg(value_name = "FILE")]
        path: PathBuf,
    },
    /// Report what will not load
    Check(Check),
    /// Report what each import does, grouped by first cause
    Imports(Imports),
    /// Explain why a library is here and where it was looked for
    Why(Why),
    /// Print distributions, their modules and what these need
    Tree(Tree),
    /// Print the symbols that a file needs, and which file provides each
    Symbols(Symbols),
    /// Compare two environments, wheels, bundles or snapshots, regressions first
    Diff(Diff),
    /// Write the graph as a file for other programs
    Export(Export),
    /// Print the JSON Schema of snapshots
    Schema {
        #[command(flatten)]
        to: To,
    },
    /// Explain the errors in a failed build's log
    Log(Log),
    /// Run a command, and explain what it printed where it fails
    Run(Run),
    /// Explain a rule, a cause or a whole message; without one, list all rules
    Explain {
        /// A name that a report prints, or a message of a log in quotes
        #[arg(value_name = "RULE", value_parser = rules(), hide_possible_values = true)]
        asked: Vec<String>,
    },
    /// Print the keys of the explorer, with the names by which they are bound
    Keys,
    /// Print the explorer's settings, and who decided each: an option, the configuration, the environment
    Config,
    /// Print what a shell needs to complete dylens' commands, options and their values
    #[command(
        after_help = "The script asks the installed dylens for every completion, names of packages and modules too.\n\nExamples:\n  \
        dylens completions bash >> ~/.bashrc\n  dylens completions zsh >> ~/.zshrc\n  \
        dylens completions fish > ~/.config/fish/completions/dylens.fish\n  dylens completions powershell >> $PROFILE"
    )]
    Completions {
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print a manual page
    #[command(after_help = "Examples:\n  dylens man | man -l -\n  dylens man check > dylens-check.1\n  \
        dylens man --folder ~/.local/share/man/man1")]
    Man {
        /// The command that it is about [default: dylens itself]
        #[arg(value_parser = commands(), hide_possible_values = true)]
        command: Option<String>,
        /// Write the page of every command into this folder
        #[arg(long, value_name = "FOLDER", conflicts_with = "command", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens check\n  dylens check --fail-on warning dist/*.whl\n  \
    dylens check --format json .venv | jq -r '.findings[].command'\n  \
    dylens check --baseline last-good.dylens.json\n  dylens check --watch --format json .venv | jq -c .counts\n\n\
    [tool.dylens] of the nearest pyproject.toml may hold fail-on, select, ignore and baseline.")]
pub(super) struct Check {
    /// What to look at [default: the environment found here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write the findings
    #[arg(long, default_value = "text", value_parser = reports())]
    pub format: &'static Format,
    /// The least severity that makes the exit code 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
    /// Let only what is new fail: a snapshot, or what check --format json wrote
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found as the baseline, and exit 0 [default: dylens-baseline.json beside the configuration]
    #[arg(long, conflicts_with_all = ["all", "output"])]
    pub write_baseline: bool,
    /// Read the policy from this file: dylens.toml, or a pyproject.toml [default: the nearest above PATH, then above here]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no policy
    #[arg(long)]
    pub no_config: bool,
    /// Check every environment in the folders, each by itself; without a folder, every one that is found here
    #[arg(long)]
    pub all: bool,
    /// Look for these rules alone
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rules(), hide_possible_values = true)]
    pub select: Vec<String>,
    /// Do not tell what these rules find
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rules(), hide_possible_values = true)]
    pub ignore: Vec<String>,
    /// Show every finding and every place that was tried
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dylens imports\n  dylens imports .venv\n  dylens imports .venv pandas.io.parsers\n  \
    dylens imports --format jsonl .venv | jq -r 'select(.outcome == \"fails\") | .module'\n\n\
    Each native module and each top-level package is imported in a simulated process of its own; nothing is executed.\n\
    Exit codes: 0 every import succeeds, 1 some fail, 2 could not run."
)]
pub(super) struct Imports {
    /// What to look at [default: the environment found here], then a module whose import is told step by step
    #[arg(num_args = 0..=2, value_names = ["PATH", "MODULE"], add = ArgValueCompleter::new(PathThenName))]
    pub path_and_module: Vec<OsString>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    pub format: Outcomes,
    /// Name every module
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens why .venv libgfortran.so.5\n  dylens why numpy.linalg._umath_linalg")]
pub(super) struct Why {
    /// What to look at [default: the environment found here], then a library, a module or a part of a path
    #[arg(required = true, num_args = 1..=2, value_names = ["PATH", "NAME"], add = ArgValueCompleter::new(PathThenName))]
    pub path_and_name: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens tree --depth 2\n  dylens tree --all .venv")]
pub(super) struct Tree {
    /// What to look at [default: the environment found here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How many levels to print
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub depth: usize,
    /// Print the system's libraries too
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dylens symbols .venv numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so\n  \
    dylens symbols .venv libopenblas.so.0 --undefined\n  dylens symbols .venv --undefined\n  \
    dylens symbols .venv --find cblas_dgemm\n  \
    dylens symbols --format jsonl --to libstdc++ .venv scipy.linalg._fblas"
)]
pub(super) struct Symbols {
    /// The environment, or a native file
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// A module or a library in it: a path or a name [default: every module]
    #[arg(value_name = "FILE", add = ArgValueCompleter::new(NodeNames))]
    pub file: Option<OsString>,
    /// How to write them
    #[arg(long, value_enum, default_value = "text")]
    pub format: SymbolFormat,
    /// Bind as where a bare interpreter opens the file with ctypes
    #[arg(long)]
    pub alone: bool,
    /// Bind as where the process has opened this file before (RTLD_LOCAL)
    #[arg(long, value_name = "LIB")]
    pub after: Vec<OsString>,
    /// As --after, with RTLD_GLOBAL: its symbols are visible to all that is opened later
    #[arg(long, value_name = "LIB")]
    pub after_global: Vec<OsString>,
    /// The symbols that the file defines for others, instead
    #[arg(long, requires = "file", conflicts_with_all = ["to", "undefined", "alone"])]
    pub exports: bool,
    /// Every file that defines or needs the symbol of this name, instead
    #[arg(long, value_name = "SYMBOL", conflicts_with_all = ["file", "to", "undefined", "alone", "after", "after_global", "exports"])]
    pub find: Option<String>,
    /// Only symbols that this library provides
    #[arg(long, value_name = "LIB")]
    pub to: Option<String>,
    /// Only symbols that nothing provides
    #[arg(long)]
    pub undefined: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens diff last-good.dylens.json .venv\n  \
    dylens diff --format markdown dist/old.whl dist/new.whl\n  dylens diff .venv main.dist\n\n\
    Exit codes: 0 no regression at or above --fail-on, 1 regressions, 2 could not run.")]
pub(super) struct Diff {
    /// What was
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// What is
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// How to write it
    #[arg(long, default_value = "text", value_parser = compared())]
    pub format: &'static Compared,
    /// The least severity of a regression that makes the exit code 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: FailOn,
    /// Explore AFTER with what has changed
    #[arg(long, conflicts_with_all = ["format", "output"])]
    pub tui: bool,
    /// Show every file of the distributions that came or went
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens export --format jsonl .venv\n  \
    dylens export --format dot .venv | dot -Tsvg -o graph.svg\n  dylens export --anonymize -o broken.dylens.json.zst .venv")]
pub(super) struct Export {
    /// What to look at [default: the environment found here]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write it [default: as the name of the file ends, else json]
    #[arg(long, value_parser = formats())]
    pub format: Option<&'static Format>,
    /// Hide the names of people and their home folders
    #[arg(long)]
    pub anonymize: bool,
    /// Keep the symbols of every file in a snapshot [default: of edges with findings]
    #[arg(long)]
    pub symbols: bool,
    /// Which part of the graph
    #[arg(long, value_enum, default_value = "all")]
    pub scope: ScopeArgument,
    /// The node that --scope focus is about: a library, a module, a distribution or a part of a path
    #[arg(long, value_name = "NAME", required_if_eq("scope", "focus"), add = ArgValueCompleter::new(NodeNames))]
    pub node: Option<String>,
    /// How many steps --scope focus goes in either direction [default: 2]
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Draw what is alike as one, and leave out the system and what a longer way implies [default of mermaid, svg, html]
    #[arg(long, conflicts_with = "raw")]
    pub folded: bool,
    /// Draw everything [default of dot, graphml]
    #[arg(long)]
    pub raw: bool,
    #[command(flatten)]
    pub to: To,
}

impl Export {
    /// The part of the graph that was asked for.
    ///
    /// # Errors
    /// Where the format draws no graph, or no node has the name.
    pub(super) fn scope(&self, format: &Format, scan: &Scan) -> Result<Scope, Error> {
        if format.draws.is_none() && (self.scope != ScopeArgument::All || self.folded || self.raw) {
            let drawn: Vec<&str> =
                FORMATS.iter().filter(|format| format.draws.is_some()).map(|format| format.name).collect();
            return Err(Error::new(
                format!("{} always writes the whole", format.name),
                format!("--scope, --folded and --raw are for {}", drawn.join(", ")),
            ));
        }
        if self.scope != ScopeArgument::Focus && (self.node.is_some() || self.depth.is_some()) {
            return Err(Error::new("--node and --depth are for --scope focus", "give --scope focus"));
        }
        Ok(match (self.scope, &self.node) {
            (ScopeArgument::All, _) => Scope::All,
            (ScopeArgument::Problems, _) => Scope::Problems,
            (ScopeArgument::Focus, name) => {
                let center = export::node(scan, name.as_deref().unwrap_or_default())?;
                Scope::Focus { center, depth: self.depth.unwrap_or(2) }
            }
        })
    }

    /// The symbols that a snapshot is to keep.
    ///
    /// # Errors
    /// Where another format is asked to keep them.
    pub(super) fn symbols(&self, format: &Format) -> Result<KeptSymbols, Error> {
        match (self.symbols, format.name) {
            (false, _) => Ok(KeptSymbols::OfFindings),
            (true, "snapshot") => Ok(KeptSymbols::All),
            (true, name) => {
                let what = format!("{name} has no symbols");
                Err(Error::new(what, "--symbols is for snapshots: -o x.dylens.json; dylens symbols lists them"))
            }
        }
    }

    pub(super) fn folding(&self) -> Option<Folding> {
        match (self.folded, self.raw) {
            (true, _) => Some(Folding::Folded),
            (_, true) => Some(Folding::Raw),
            _ => None,
        }
    }

    /// The format that was asked for, or else that of the file's name.
    ///
    /// # Errors
    /// Where the name of the file ends as no format does.
    pub(super) fn format(&self) -> Result<&'static Format, Error> {
        let name = self.to.output.as_ref().and_then(|file| file.file_name()).map(|name| name.to_string_lossy());
        match (self.format, name) {
            (Some(format), _) => Ok(format),
            (None, None) => Ok(&export::JSON),
            (None, Some(name)) => Format::of_name(&name).ok_or_else(|| {
                let known: Vec<&str> = FORMATS.iter().filter_map(|format| format.endings.first().copied()).collect();
                Error::new(
                    format!("no format is known for files like {name}"),
                    format!("give --format, or one of {}", known.join(", ")),
                )
            }),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens log build.log\n  dylens log build.log .venv\n  \
    dylens log nuitka-crash-report.xml dist/*.whl\n  \
    pip install . 2>&1 | dylens log -\n  dylens log --format json build.log .venv | jq -r '.incidents[0].sentence'\n\n\
    Read are the messages of Nuitka (and its crash report), PyInstaller (and its warn-*.txt), delocate, auditwheel, \
    delvewheel,\ncx_Freeze, py2app, maturin, linkers, loaders, Python and NumPy. What the log says is compared with the \
    environment,\nwheel or bundle at PATH, wherever its paths lay on the machine that wrote it.\n\
    Exit codes: 0 nothing in it failed, 1 something did, 2 could not run.")]
pub(super) struct Log {
    /// The log; - for standard input
    #[arg(value_name = "LOG")]
    pub log: PathBuf,
    /// What it is about [default: the environment found here, where the log speaks of it]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to write what it comes to
    #[arg(long, value_enum, default_value = "text")]
    pub format: Report,
    /// Show every message, also harmless ones
    #[arg(short, long)]
    pub verbose: bool,
    #[command(flatten)]
    pub to: To,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dylens run -- python -m nuitka --standalone app.py\n  \
    dylens run -- pyinstaller app.spec\n  dylens run -- python -c 'import torch'\n  dylens --no-tui run -- make wheel\n\n\
    The command is started as it is typed, and gets a terminal of its own where dylens has one: colors, input, the size of\nthe \
    window and signals pass through. Where it succeeds, nothing is added. Where it fails, what its output names is\nexplained, \
    compared with the environment of its Python. The exit code is the command's own.")]
pub(super) struct Run {
    /// What its output is about [default: the environment of its Python]
    #[arg(long, value_name = "PATH")]
    pub env: Option<PathBuf>,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// An environment that ships inside the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Demo {
    /// On a Mac: install names, NumPy, rpaths.
    Macos,
    /// On Linux: a missing library, wrong builds, damaged files.
    Linux,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ScopeArgument {
    /// Everything
    All,
    /// What findings are about, what needs it, and the paths that lead there
    Problems,
    /// What is joined with --node
    Focus,
}

/// Where the bytes go.
#[derive(Debug, Args)]
pub(super) struct To {
    /// Write to a file instead of the screen
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long, requires = "output")]
    pub force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

/// How `dylens imports` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Outcomes {
    Text,
    Json,
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Report {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SymbolFormat {
    Text,
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    /// By the word that is typed for it.
    pub(super) fn named(word: &str) -> Option<FailOn> {
        FailOn::from_str(word, false).ok()
    }

    /// Does a finding of this severity fail the check?
    pub(super) fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => true,
            FailOn::Never => false,
        }
    }
}
