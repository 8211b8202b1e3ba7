//! Sessions of browsers, their cookies, the codes that hand them over, and break-glass (layer 2).
//!
//! May name `store` and layer 0. Keeps secrets in memory as hashes only. Must never let a session outlive its end, its
//! parent or its principal's sign-out.

mod break_glass;
mod browser;
mod cookies;
mod hand_over;
mod sessions;
mod table;

pub use break_glass::{BreakGlass, BreakGlassError, PasswordProof};
pub use browser::{Browser, BrowserKey};
pub use cookies::{Cookie, Cookies, FLOW_COOKIES};
pub use hand_over::{HandOver, HandOverCode, HandOverError, HandOvers};
pub use sessions::{NewSession, SessionError, SessionLookupError, Sessions, Settings};

#[cfg(test)]
mod tests;
