//! One file for each thing that lies on top.

mod ask;
mod export;
mod help;
mod pick;
mod search;
mod symbols;
