//! What becomes of each symbol that a file wants, in worlds of a few lines.

mod dyld;
mod windows;
