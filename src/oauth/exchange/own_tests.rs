//! Over random tokens and policies: what comes out of an exchange is never more than what went in.

use super::*;
use crate::model::{
    AuditMode, AuthorizationOwner, Principal, ScopeWord, TokenId, TokenSettings, UserId,
};
use proptest::collection::btree_set;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn word() -> impl Strategy<Value = ScopeWord> {
    let words = [
        "a:read",
        "a:write",
        "b:read",
        "c:run",
        "gitea.repository:read",
        "gitea.repository:write",
        "gitea.repository:admin",
    ];
    prop::sample::select(words.to_vec()).prop_map(|word| word.parse().unwrap())
}

fn words() -> impl Strategy<Value = Scope> {
    prop::collection::vec(word(), 0..6).prop_map(Scope::from_iter)
}

fn chain(depth: usize) -> Option<Actor> {
    (0..depth).fold(None, |act, at| {
        Some(Actor {
            sub: format!("service-{at}"),
            act: act.map(Box::new),
        })
    })
}

fn subject(scope: Scope, depth: usize, seconds: u32) -> AccessToken {
    AccessToken {
        id: TokenId::from_bytes([1; 16]),
        principal: Principal::User(UserId::from_bytes([2; 16])),
        audience: "front".parse().unwrap(),
        client: "client".to_owned(),
        scope: Arc::new(scope),
        issued_at: NOW,
        expires_at: NOW.plus(Duration::from_secs(seconds.into())),
        grant: None,
        actor: chain(depth),
        provider: Some("okta".parse().unwrap()),
        name: "ben".to_owned(),
        roles: Vec::new(),
    }
}

fn application(number: u8, name: &str, from: BTreeSet<ApplicationId>) -> Application {
    Application {
        id: ApplicationId::from_bytes([number; 16]),
        name: name.parse().unwrap(),
        hosts: BTreeSet::new(),
        routes: Vec::new(),
        identity_headers: BTreeSet::new(),
        authorization: AuthorizationOwner::Samovar,
        origins: BTreeSet::new(),
        audit: AuditMode::FirstInWindow,
        tokens: TokenSettings {
            exchange_from: from,
            ..TokenSettings::default()
        },
        named_at: Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 1,
    }
}

proptest! {
    #[test]
    fn what_comes_out_is_never_more_than_what_went_in(
        scope in words(),
        asked in prop::option::of(words()),
        held in words(),
        depth in 0_usize..6,
        seconds in 1_u32..700,
    ) {
        let token = subject(scope, depth, seconds);
        let keep = |words: &Scope| words.intersection(&held);
        let bound = bind(&token, "newest", NOW, asked.as_ref(), keep);
        match bound {
            Err(error) => {
                let nothing = matches!(error, OAuthError::ScopeInvalid(_));
                prop_assert!(nothing || depth >= DEEPEST, "{error}");
            }
            Ok(bound) => {
                prop_assert!(bound.scope.is_within(&token.scope));
                prop_assert!(bound.scope.is_within(&held));
                if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
                    prop_assert!(bound.scope.is_within(&asked) && !bound.scope.is_empty());
                }
                prop_assert!(NOW.plus(bound.at_most) <= token.expires_at);
                prop_assert_eq!(&bound.actor.sub, "newest");
                prop_assert_eq!(bound.actor.act.as_deref(), token.actor.as_ref());
                prop_assert!(bound.actor.depth() <= DEEPEST);
            }
        }
    }

    #[test]
    fn however_often_it_is_exchanged_nobody_who_acted_is_forgotten(
        scope in words(),
        steps in prop::collection::vec((words(), words(), 0_u32..60), 1..6),
    ) {
        let first = subject(scope, 0, 300);
        let mut token = first.clone();
        let mut now = NOW;
        for (at, (asked, held, passed)) in steps.iter().enumerate() {
            now = now.plus(Duration::from_secs((*passed).into()));
            let client = format!("service-{at}");
            let keep = |words: &Scope| words.intersection(held);
            let Ok(bound) = bind(&token, &client, now, Some(asked), keep) else {
                break;
            };
            token = AccessToken {
                scope: Arc::new(bound.scope),
                expires_at: now.plus(bound.at_most),
                actor: Some(bound.actor),
                ..token
            };
            let named = chain(at + 1);
            prop_assert_eq!(&token.actor, &named);
            prop_assert!(at < DEEPEST);
            prop_assert!(token.scope.is_within(&first.scope));
            prop_assert!(token.expires_at <= first.expires_at);
        }
    }

    #[test]
    fn only_the_application_it_was_sent_to_may_exchange_it_and_only_for_one_that_lists_it(
        home in 0_u8..4,
        target in prop::option::of(0_u8..4),
        listed in btree_set(0_u8..4, 0..4),
    ) {
        let names = ["front", "back", "other", "fronts"];
        let token = subject(Scope::default(), 0, 300);
        let home_application = application(home, names[usize::from(home)], BTreeSet::new());
        let from = listed.iter().map(|n| ApplicationId::from_bytes([*n; 16])).collect();
        let target = target.map(|number| application(number, names[usize::from(number)], from));
        let outcome = allowed(&token, Some(&home_application), target.as_ref());
        let should = home == 0 && target.is_some() && listed.contains(&home);
        prop_assert_eq!(outcome.is_ok(), should);
        prop_assert!(allowed(&token, None, target.as_ref()).is_err());
    }
}
