//! The API as a whole: its document is pinned.

mod document;
