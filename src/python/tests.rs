//! What code does when it runs, told of small worlds.

mod compiled;
mod flow;
mod guard;
mod hostile;
mod imports;
mod preload;
mod process;
mod values;
mod world;

use world::{World, ends, run};
