//! dylens: what the native modules of a Python environment need, and what they get.
//!
//! As a library it answers as the program does: [`scan()`] looks at an environment, wheel, bundle, container image or native
//! file, the [`Scan`] holds what every import does ([`Scan::imports`]) and what is wrong ([`Scan::findings`]), and [`export()`]
//! writes it in any format of `dylens export`. Nothing that is looked at is executed.
//!
//! ```
//! let scan = dylens::scan("assets/demo/linux.dylens.json")?;
//! for finding in scan.findings.iter().filter(|finding| finding.severity == dylens::Severity::Error) {
//!     println!("{}: {}", finding.id(), finding.message);
//! }
//! for import in scan.imports().iter().filter(|import| import.verdict == dylens::ImportVerdict::Fails) {
//!     println!("import {} fails", import.module);
//! }
//! # assert!(scan.findings.iter().any(|finding| finding.id() == "library-missing"));
//! # assert!(scan.imports().iter().any(|import| import.verdict == dylens::ImportVerdict::Fails));
//! # Ok::<(), dylens::Error>(())
//! ```
//!
//! What this page lists is kept stable between releases that cargo takes for compatible; all else is the program's own, hidden
//! here, and may change with any release.

// # The house
//
// **A path goes in; a `Scan` comes out; everything a person sees is read from that `Scan`.**
//
// ```text
//  outside           ground state          derived, pure                                     faces
// ┌──────────┐  vfs  ┌───────────┐ parse ┌─────────┐   ┌────────┐   ┌──────────┐        ┌────────┐
// │ disk     ├──────▶│ World     ├──────▶│ Image   │   │        │   │          │    ┌──▶│ tui    │
// │ wheels   │       │ files     │       │ loader  ├──▶│ Survey ├──▶│ diagnose ├─┐  ├──▶│ export │
// │ bundles  ├──────▶│ host facts│       │ graph   │   │        │   │          │ │  └──▶│ cli    │
// │ memory   │ disc. └───────────┘       └─────────┘   └────────┘   └──────────┘ ▼  │   └────────┘
// └──────────┘                                      a failed build's log ─────▶ Scan┘ (read only)
// ```
//
// `survey::survey` looks, `scan::scan` has it judged: two functions that can be read in a minute.
//
// # Invariants
//
// 1. `loader` knows nothing of the disk: it asks the `world::World`. `parse` knows nothing of paths. `image`
//    knows nothing of goblin.
// 2. **Nothing that is inspected is ever executed**, and no interpreter is started to inspect it. Only `dylens run`
//    (`cli`) starts a program, the very command that the person typed; and copying in `tui`, the system's own tool
//    for its clipboard.
// 3. The answer does not depend on the machine that computes it: no `cfg(target_*)` outside `vfs`,
//    `discover::machine` and `tui`.
// 4. Only `discover::machine` reads the environment; only `vfs` opens files; only `survey`, `scan`, `tui` and `dylens run`
//    start threads; only `tui` and `cli` print.
// 5. No type outside `snapshot` and the exports' own mirrors is `Serialize`: JSON is a mirror with a version, never a
//    dump of the inside.
// 6. Parsing never fails: a broken file is a node with a finding, not an error.
// 7. The same world gives the same bytes: ordered wherever order reaches a person.
// 8. Text that comes from inspected files (names, paths, symbols) is untrusted until a face has made it printable
//    (`printable`); JSON escapes it in one place (`json`).
// 9. No `unsafe`: files are read piecewise, never mapped, so that a file which shrinks while it is read is a short read
//    and not the end of the process.
//
// # Ideas that carry the weight
//
// - **A loader is one entry in a table, and an ordered list of candidates.** Each loader in `loader` is its
//   manual page, written as a few named functions called in order; the loop that walks the list is written once. A step
//   that the rule skips is a candidate too, so "rpath is ignored because runpath is set" is data that a person can be shown.
// - **Explanations are replayed, not stored.** A search calls back for each place; a scan passes a no-op, the "why"
//   views a recorder, and a `snapshot` keeps what was recorded.
// - **A process is simulated, not a file**: what is loaded already, the chain of importers, the rpath of the interpreter
//   and the order of imports decide the answer.
// - **What loaders read is read**: program headers and the dynamic segment, load commands, the import directory; section
//   headers only where text is looked for (`image::Traits`), which no loader does.
// - **One graph, one reach.** What loaders do, what asks for NumPy's C API and what Python code imports are edges of one
//   `graph`, each of its own kind, and who fails with whom is asked of it alone (`graph::Graph::above`): the explorer,
//   `why`, drawings and JSON give one answer. What Python code imports is read where imports are judged (`scan`), as only
//   the simulated interpreter knows what a `try` catches; what only tells of loaders (`export --format jsonl`) reads none.
// - **Some capi_edges no loader sees.** How code asks for NumPy's C API, and what made it, is told by the texts in its body; a
//   bundler's answer by its own rules (`diagnose::nuitka`). They are judged like the others, with evidence.
// - **An environment for another machine is judged as if it were there**: whose files they are tells the loader, and what
//   lies about on the machine that looks is out of reach (`world::World::restrict_to`).
// - **A bundle's program is its interpreter.** What a bundler made is judged as its own program would find things, and
//   what lies within that program or an archive is listed (`discover::bundle`); what cannot be told is unknown.
// - Everything open-ended (a rule, an export format, a key) is a `const` in a table with a function pointer: to add one,
//   write one new file and its entry in that room's `mod.rs`.
// - **Worlds are text in tests** (`world::text`), and pass through the same readers as a disk.
//
// # Rooms, in reading order
//
// Everybody knows `printable` and `rule`, which know nobody, and `json` and `command`, which know that; `image` and `python`
// know nobody else, `vfs` only the words of `error`, and `tools` the paths of `vfs`; `parse` knows `image` and `vfs`; `world` adds `parse`;
// `discover` and `loader` add `world`, `bind` adds `loader`, `imports` joins `discover`, `python` and `loader`;
// `graph` adds `loader` and the roles that `discover` tells; `survey` runs these and is finished without findings;
// `diagnose` reads it; `scan` joins both and what imports do; `snapshot` writes a `Scan` and reads it back, `diff` compares two, `buildlog` ties to one what a failed build's log accuses; `export` adds these; `tui`
// adds `export`; `cli` knows all. No other arrow runs back; `tests/it/layers.rs` holds every room to it.

#[doc(hidden)]
pub mod command;
#[doc(hidden)]
pub mod error;
#[doc(hidden)]
pub mod image;
#[doc(hidden)]
#[allow(clippy::disallowed_methods, reason = "it writes the JSON of all rooms")]
pub mod json;
#[doc(hidden)]
pub mod printable;
#[doc(hidden)]
pub mod rule;
#[doc(hidden)]
#[allow(clippy::disallowed_methods, reason = "it opens the files of all rooms")]
pub mod vfs;

#[doc(hidden)]
pub mod tools;

#[doc(hidden)]
pub mod parse;
#[doc(hidden)]
pub mod world;

#[doc(hidden)]
pub mod bind;
#[doc(hidden)]
pub mod discover;
#[doc(hidden)]
pub mod loader;
#[doc(hidden)]
pub mod python;

#[doc(hidden)]
pub mod imports;

#[doc(hidden)]
pub mod graph;
#[doc(hidden)]
pub mod survey;

#[doc(hidden)]
pub mod diagnose;
#[doc(hidden)]
pub mod scan;

#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod snapshot;

#[doc(hidden)]
pub mod buildlog;

#[cfg(feature = "cli")]
#[doc(hidden)]
#[allow(clippy::disallowed_methods, clippy::print_stderr, clippy::print_stdout, reason = "a face")]
pub mod cli;
#[doc(hidden)]
pub mod export;
#[cfg(feature = "tui")]
#[doc(hidden)]
#[allow(clippy::disallowed_methods, clippy::print_stderr, reason = "a face")]
pub mod tui;

mod library;

pub use diagnose::{Finding, Severity};
pub use error::Error;
pub use imports::{ImportOutcome, ImportVerdict};
pub use library::{export, scan};
pub use scan::Scan;
