//! The commented example, made from the keys: `packaging/samovar.example.toml` is this text.

use super::key::{Key, Presence};
use super::keys::sections;

/// The example configuration with every key, its documentation and its default.
pub fn example() -> String {
    let mut text = String::from(
        "# Configuration of Samovar. Check it with `samovar check-config --config FILE`.\n\
         # A key that is commented out shows its default, or an example where it says so.\n\
         # Secrets never stand here: they come from environment variables, systemd credentials or *_file keys.\n",
    );
    for section in sections() {
        text.extend(["\n#", section.documentation, "\n"]);
        let before = if section.repeated { "# example: " } else { "" };
        text.extend([before, &section.header(), "\n"]);
        for key in &section.keys {
            document(key, section.repeated, &mut text);
        }
    }
    text
}

fn document(key: &Key, repeated: bool, text: &mut String) {
    text.extend(["\n#", &key.documentation.join("\n#")]);
    if !key.range.is_empty() {
        text.extend([" ", &key.range]);
    }
    let before = match key.presence {
        _ if repeated => "# example: ",
        Presence::Required => "",
        Presence::Default => "# ",
        Presence::Optional => "# example: ",
    };
    text.extend(["\n", before, &key.name, " = ", &key.value, "\n"]);
}
