//! The commented example, made from the list of keys: `packaging/samovar.example.toml` is this very text.

use super::keys::{KEYS, Key, LISTS, SECTIONS, Set};

/// The example configuration with every key, its meaning and its default.
pub fn example() -> String {
    let mut text = String::from(
        "# Configuration of Samovar. Check it with `samovar check-config --config FILE`.\n\
         # A key that is commented out shows its default, or an example where it says so.\n\
         # Secrets never stand here: they come from environment variables, systemd credentials or *_file keys.\n",
    );
    for (section, about) in SECTIONS {
        let list = LISTS.contains(&section);
        text.extend(["\n# ", about, "\n"]);
        text.extend(if list {
            ["# example: [[", section, "]]\n"]
        } else {
            ["[", section, "]\n"]
        });
        for key in KEYS.iter().filter(|key| key.section == section) {
            describe(key, list, &mut text);
        }
    }
    text
}

fn describe(key: &Key, list: bool, text: &mut String) {
    text.push('\n');
    for line in key.about {
        text.extend(["# ", line, "\n"]);
    }
    let before = match key.set {
        _ if list => "# example: ",
        Set::Must => "",
        Set::Default => "# ",
        Set::May => "# example: ",
    };
    text.extend([before, key.name, " = ", key.value, "\n"]);
}
