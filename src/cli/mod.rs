//! The quiet face.
