//! Every key that the file may hold: the reader knows no others, and the example is made from this list.

/// One key.
pub(super) struct Key {
    pub section: &'static str,
    pub name: &'static str,
    /// A TOML value: the default, or an example where the key must be set.
    pub value: &'static str,
    pub set: Set,
    /// Meaning, unit and range, a line each.
    pub about: &'static [&'static str],
}

/// Whether the file must hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// It must.
    Must,
    /// The value shown is the default.
    Default,
    /// There is no default; the value shown is an example.
    May,
}

/// Sections that the file may hold any number of times, as `[[section]]`.
pub(super) const LISTS: [&str; 1] = ["provider"];

/// What each section is about, in the order of the example.
pub(super) const SECTIONS: [(&str, &str); 8] = [
    (
        "server",
        "Where Samovar itself is reached, and where it keeps its state.",
    ),
    ("gitea", "The Gitea server that says who is on which team."),
    (
        "provider",
        "Another OpenID provider (Keycloak, Okta) with which people sign in; as many as there are.",
    ),
    ("mirror", "How often Gitea is asked."),
    ("session", "How long a browser stays signed in."),
    (
        "token",
        "Tokens of Samovar's own, and the keys that sign them.",
    ),
    ("audit", "What the audit log keeps of reads and refusals."),
    ("log", "The server's own log, on standard error."),
];

const fn key(
    (section, name): (&'static str, &'static str),
    set: Set,
    value: &'static str,
    about: &'static [&'static str],
) -> Key {
    Key {
        section,
        name,
        value,
        set,
        about,
    }
}

pub(super) const KEYS: &[Key] = &[
    key(
        ("server", "external_url"),
        Set::Must,
        "\"https://samovar.example.com\"",
        &[
            "Address under which browsers reach Samovar: scheme, host and port, no path.",
            "Plain http is possible on loopback addresses only, with allow_plain_http_on_loopback.",
        ],
    ),
    key(
        ("server", "listen"),
        Set::Default,
        "[\"127.0.0.1:8700\"]",
        &[
            "Addresses to listen on, as IP:port, for everything but forward-auth. A socket that systemd passes under another",
            "FileDescriptorName than forward-auth takes their place.",
        ],
    ),
    key(
        ("server", "forward_auth_listen"),
        Set::Default,
        "[\"127.0.0.1:8701\"]",
        &[
            "Addresses on which proxies ask for checks, and nothing else is served: IP:port or unix:/path. A Unix socket gets",
            "mode 0660 and the group of its folder, if the folder has the setgid bit. On an address that other machines reach,",
            "a check must carry the application's proxy secret, which the generated block contains. A socket that systemd",
            "passes under the FileDescriptorName forward-auth takes their place. Generated blocks name the first address.",
        ],
    ),
    key(
        ("server", "trusted_proxies"),
        Set::Default,
        "[\"127.0.0.1/32\", \"::1/128\"]",
        &[
            "Networks of the proxies whose forwarded headers are believed and which may ask for checks; each at most a /8 of",
            "IPv4 or a /16 of IPv6.",
        ],
    ),
    key(
        ("server", "state_dir"),
        Set::Default,
        "\"/var/lib/samovar\"",
        &["Folder of the store, mode 0700. One running server for each folder."],
    ),
    key(
        ("server", "disk_reserve_mib"),
        Set::Default,
        "256",
        &[
            "Space that is kept free on the disk of state_dir, in MiB, from 16 to 1048576. With less, sign-ins, grants,",
            "changes and requests that may change something are refused with 503; reads of people who are signed in go on,",
            "and access still ends. Everything is accepted again as soon as there is space.",
        ],
    ),
    key(
        ("server", "admin_socket"),
        Set::Default,
        "\"/run/samovar/admin.sock\"",
        &["Unix socket through which the command line reaches the running server."],
    ),
    key(
        ("server", "seal_key_file"),
        Set::May,
        "\"/etc/samovar/seal-key\"",
        &[
            "File with the key that seals what Samovar keeps secret in its state folder: 32 random bytes in base64, as",
            "`openssl rand -base64 32` prints them. Otherwise it comes from SAMOVAR_SEAL_KEY or the systemd credential",
            "seal-key. Keep a copy apart from backups of the state folder: without it the folder is of no use.",
        ],
    ),
    key(
        ("server", "allow_plain_http_on_loopback"),
        Set::Default,
        "false",
        &["For trying it out: external_url may be plain http if its host is a loopback address."],
    ),
    key(
        ("gitea", "url"),
        Set::Must,
        "\"https://git.example.com\"",
        &[
            "Address under which browsers reach Gitea; may have a path. https, or http on a loopback address.",
        ],
    ),
    key(
        ("gitea", "internal_url"),
        Set::May,
        "\"https://gitea.internal:3000\"",
        &[
            "Address for Samovar's own calls, where it differs. https, or http on a loopback address.",
        ],
    ),
    key(
        ("gitea", "allow_plain_http"),
        Set::Default,
        "false",
        &[
            "For a network that you trust: url and internal_url may be plain http on other machines. Everyone on the way can",
            "then read the token of the service identity, a site administrator's, and what people send when they sign in.",
        ],
    ),
    key(
        ("gitea", "issuer"),
        Set::May,
        "\"https://git.example.com\"",
        &[
            "The issuer that Gitea's discovery names, where it is not url (JWT_CLAIM_ISSUER in Gitea's [oauth2]).",
        ],
    ),
    key(
        ("gitea", "client_id"),
        Set::Must,
        "\"00000000-0000-0000-0000-000000000000\"",
        &[
            "OAuth2 application made in Gitea: confidential, redirect URI <external_url>/auth/callback/gitea.",
            "Its secret comes from SAMOVAR_GITEA_CLIENT_SECRET, the systemd credential gitea-client-secret,",
            "or the file named by client_secret_file.",
        ],
    ),
    key(
        ("gitea", "client_secret_file"),
        Set::May,
        "\"/etc/samovar/gitea-client-secret\"",
        &["File with the client secret and nothing else, readable by the server's user alone."],
    ),
    key(
        ("gitea", "token_file"),
        Set::May,
        "\"/etc/samovar/gitea-token\"",
        &[
            "File with the access token of the service identity, a site administrator of its own, with the scopes",
            "read:admin, read:organization, read:user and read:repository. Otherwise the token comes from",
            "SAMOVAR_GITEA_TOKEN or the systemd credential gitea-token.",
        ],
    ),
    key(
        ("gitea", "ca_file"),
        Set::May,
        "\"/etc/samovar/ca.pem\"",
        &["Certificates (PEM) to trust for Gitea beside those of the system."],
    ),
    key(
        ("gitea", "timeout"),
        Set::Default,
        "\"10s\"",
        &["How long one answer of Gitea may take, from 1s to 2m."],
    ),
    key(
        ("provider", "id"),
        Set::Must,
        "\"keycloak\"",
        &[
            "Fixed id: letters, digits and hyphens. People and groups are known by it, so it never stands for another",
            "provider later. The redirect URI to register is <external_url>/auth/callback/<id>, for the end of a sign-out",
            "<external_url>/auth/signed-out, for back-channel logout <external_url>/auth/backchannel-logout/<id>.",
        ],
    ),
    key(
        ("provider", "name"),
        Set::May,
        "\"Keycloak\"",
        &["What people read on the sign-in page; the id unless set."],
    ),
    key(
        ("provider", "issuer"),
        Set::Must,
        "\"https://keycloak.example.com/realms/acme\"",
        &["The issuer exactly as discovery names it, path and last slash included; https."],
    ),
    key(
        ("provider", "internal_url"),
        Set::May,
        "\"http://10.0.0.8:8080/realms/acme\"",
        &["Address for Samovar's own calls in the place of the issuer, where it differs."],
    ),
    key(
        ("provider", "client_id"),
        Set::Must,
        "\"samovar\"",
        &[
            "Client made at the provider: confidential, authorization code. Its secret comes from the environment variable",
            "SAMOVAR_PROVIDER_<ID>_CLIENT_SECRET (the id in capitals, _ for -), the systemd credential",
            "provider-<id>-client-secret, or the file named by client_secret_file.",
        ],
    ),
    key(
        ("provider", "client_secret_file"),
        Set::May,
        "\"/etc/samovar/keycloak-client-secret\"",
        &["File with the client secret and nothing else, readable by the server's user alone."],
    ),
    key(
        ("provider", "scopes"),
        Set::Default,
        "[\"profile\", \"email\"]",
        &[
            "Scopes beside openid; these unless set. Okta tells no groups without \"groups\". An address counts only",
            "with `email_verified`: true, as JSON's true (OpenID Core 5.1) and no text.",
        ],
    ),
    key(
        ("provider", "groups_claim"),
        Set::Default,
        "\"groups\"",
        &[
            "Claim that lists the person's groups: its name, or a JSON pointer such as \"/realm_access/roles\".",
            "\"groups\" unless set.",
        ],
    ),
    key(
        ("provider", "groups_from"),
        Set::Default,
        "\"token-or-userinfo\"",
        &[
            "Where that claim is read: token, userinfo, or token-or-userinfo (userinfo when the ID token lacks it), which it",
            "is unless set.",
        ],
    ),
    key(
        ("provider", "groups_cap"),
        Set::May,
        "100",
        &[
            "Groups that the provider tells at most, from 1 to 500 (Okta: 100). A list that long is marked: groups may be",
            "missing from it.",
        ],
    ),
    key(
        ("provider", "gitea_source_id"),
        Set::May,
        "1",
        &[
            "Id of the authentication source in Gitea that is this very provider. Then whoever signs in here is the Gitea",
            "account that has this source and the subject as its external name. Without it, and for people whom Gitea does",
            "not know so, this provider's groups alone count. Nothing is ever matched by login, name or address.",
        ],
    ),
    key(
        ("provider", "ca_file"),
        Set::May,
        "\"/etc/samovar/keycloak-ca.pem\"",
        &["Certificates (PEM) to trust for this provider beside those of the system."],
    ),
    key(
        ("mirror", "full_pass"),
        Set::Default,
        "\"5m\"",
        &["Time between two readings of everything, from 30s to 1d."],
    ),
    key(
        ("mirror", "freshness_bound"),
        Set::Default,
        "\"30s\"",
        &[
            "Older facts about a person are read again before they decide, from 5s to 10m.",
            "Losing a team in Gitea ends access within this time and one read.",
        ],
    ),
    key(
        ("mirror", "grace"),
        Set::Default,
        "\"15m\"",
        &[
            "While Gitea is away, facts are used until they are this old; then requests are answered with 503.",
            "At least freshness_bound, at most 1d.",
        ],
    ),
    key(
        ("mirror", "concurrency"),
        Set::Default,
        "4",
        &["Calls to Gitea at the same time, from 1 to 32."],
    ),
    key(
        ("session", "idle"),
        Set::Default,
        "\"12h\"",
        &["A session that is not used for so long ends, from 5m to 30d."],
    ),
    key(
        ("session", "absolute"),
        Set::Default,
        "\"7d\"",
        &["A session ends after this time in any case, from idle to 90d."],
    ),
    key(
        ("token", "signing_key_rotation"),
        Set::Default,
        "\"30d\"",
        &["Another key signs after this time, published an hour before, from 1d to 365d."],
    ),
    key(
        ("token", "grant"),
        Set::Default,
        "\"30d\"",
        &["What a person allowed a client ends after this time in any case, from 1h to 30d."],
    ),
    key(
        ("token", "workload_issuers"),
        Set::Default,
        "[]",
        &[
            "Issuers of workload tokens that service accounts may trust, exactly as `iss` of the tokens spells them, such as",
            "[\"https://token.actions.githubusercontent.com\"]. Samovar reads the keys of these at their own address, and of no others.",
        ],
    ),
    key(
        ("audit", "window"),
        Set::Default,
        "\"60s\"",
        &[
            "Repeats of the same read or refusal within this time are counted instead of written, from 1s to 1h.",
        ],
    ),
    key(
        ("audit", "anonymous_events_per_minute"),
        Set::Default,
        "60",
        &[
            "Events per minute that callers without a valid credential can cause, from 1 to 6000, of each class: allowed",
            "reads, allowed requests that may change something, refused requests, sign-ins, notices of providers, tokens.",
            "One address block causes at most a quarter of a class, allowed changes aside. What is beyond is counted: one",
            "event a minute states how many of which kind.",
        ],
    ),
    key(
        ("log", "format"),
        Set::Default,
        "\"text\"",
        &["text or json."],
    ),
    key(
        ("log", "level"),
        Set::Default,
        "\"info\"",
        &["error, warn, info, debug or trace."],
    ),
];

/// Keys that would be secrets in the file, and where they belong instead.
/// `<id>` and `<ID>` stand for the id of the section.
pub(super) const SECRETS: [(&str, &str, &str, &str); 4] = [
    (
        "server.seal_key",
        "SAMOVAR_SEAL_KEY",
        "seal-key",
        "server.seal_key_file",
    ),
    (
        "gitea.client_secret",
        "SAMOVAR_GITEA_CLIENT_SECRET",
        "gitea-client-secret",
        "gitea.client_secret_file",
    ),
    (
        "gitea.token",
        "SAMOVAR_GITEA_TOKEN",
        "gitea-token",
        "gitea.token_file",
    ),
    (
        "provider.client_secret",
        "SAMOVAR_PROVIDER_<ID>_CLIENT_SECRET",
        "provider-<id>-client-secret",
        "provider.client_secret_file",
    ),
];
