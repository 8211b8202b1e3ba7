//! The commented example, made from the list of keys: `packaging/samovar.example.toml` is this very text.

use super::keys::{KEYS, Key, SECTIONS, Set};

/// The example configuration with every key, its meaning and its default.
pub fn example() -> String {
    let mut text = String::from(
        "# Configuration of Samovar. Check it with `samovar check-config --config FILE`.\n\
         # A key that is commented out shows its default, or an example where it says so.\n\
         # Secrets never stand here: they come from environment variables, systemd credentials or *_file keys.\n",
    );
    for (section, about) in SECTIONS {
        text.extend(["\n# ", about, "\n[", section, "]\n"]);
        for key in KEYS.iter().filter(|key| key.section == section) {
            describe(key, &mut text);
        }
    }
    text
}

fn describe(key: &Key, text: &mut String) {
    text.push('\n');
    for line in key.about {
        text.extend(["# ", line, "\n"]);
    }
    let before = match key.set {
        Set::Must => "",
        Set::Default => "# ",
        Set::May => "# example: ",
    };
    text.extend([before, key.name, " = ", key.value, "\n"]);
}
