//! Sessions of browsers and the codes that hand them over (step 2).
//!
//! May name `store` and step 0. Keeps secrets in memory as hashes only, and never lets a session outlive its end, its
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
pub use hand_over::{Code, HandOver, HandOverError, HandOvers};
pub use sessions::{NewSession, SessionError, SessionLookupError, Sessions, Settings};

#[cfg(test)]
mod tests;
