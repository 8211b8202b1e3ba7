//! An e-mail address does not identify a person: a person who can choose an address could otherwise take over an account.

use crate::architecture::source::sources;

/// What a line looks like that looks something up.
const LOOK_UPS: [&str; 8] = [
    "==",
    "!=",
    ".find(",
    ".get(",
    ".contains(",
    "any(",
    "by_email",
    "Map<",
];

#[test]
fn email_address_is_for_display_and_never_looked_up() {
    let mut named = 0;
    for source in sources() {
        let code = |line: &&str| !line.trim_start().starts_with("//");
        for line in source.text.lines().filter(code) {
            if line.to_lowercase().contains("email") {
                named += 1;
                let look_up = LOOK_UPS.iter().find(|mark| line.contains(**mark));
                assert_eq!(look_up, None, "{}: {line}", source.path.display());
            }
        }
    }
    assert!(named > 10, "e-mail addresses have another name now");
}
