//! What is followed at most. Beyond a limit everything is unknown, and nothing is an error.

/// The stack that a thread needs which parses, runs, or drops source, in bytes: memory is used only as far as it is touched.
pub const STACK_BYTES: usize = 256 << 20;
/// The largest source, in bytes: what is larger is not parsed.
pub const SOURCE_BYTES: usize = 16 << 20;
/// How deep brackets and blocks lie in each other. CPython refuses more than 200 brackets and 100 blocks.
pub const NESTING: usize = 200;
/// How many operators, attributes, calls, or words like `not` follow each other in one expression.
pub const CHAIN: usize = 10_000;
/// Statements and expressions that one module, with the functions that it calls, evaluates at most.
pub const STEPS: usize = 1_000_000;
/// The steps of one run after which the functions that it calls are no longer followed.
pub const STEPS_IN_CALLS: usize = 200_000;
/// Calls of functions in each other, within one module.
pub const CALL_DEPTH: usize = 40;
/// Imports in each other: longer chains than any program has, short enough for the stack.
pub const IMPORT_DEPTH: usize = 400;
/// How often a `while` turns, and a `for` over values that are known.
pub const TURNS: usize = 2_000;
/// Items of a list, tuple, set, or dictionary.
pub const ITEMS: usize = 10_000;
/// Bytes of a text that is put together.
pub const TEXT_BYTES: usize = 1 << 16;
/// Undecided conditions in each other.
pub const FORKS: usize = 64;
/// Exceptions that a module may end by and that are told.
pub const MAY_RAISE: usize = 8;
/// The steps of one run after which loops run once and under doubt.
pub const STEPS_IN_LOOPS: usize = 400_000;
/// Turns of all loops of one run; beyond, loops run once and under doubt.
pub const ALL_TURNS: usize = 50_000;
/// Expressions within each other that one run evaluates.
pub const DEPTH: usize = 1_000;
/// Expressions within each other that all modules evaluate which run at one time, each imported by the one before; a block
/// counts for [`BLOCK_DEPTH`].
pub const DEPTH_IN_ALL: usize = 20_000;
/// What a block of statements takes of the stack, in expressions.
pub const BLOCK_DEPTH: usize = 4;
/// Calls of functions in each other, in all modules that run at one time.
pub const CALL_DEPTH_IN_ALL: usize = 1_000;
