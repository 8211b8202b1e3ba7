//! The caller, as the first argument of every operation.
//!
//! May call the gatekeeper, which decides. Must never read more of a request than its credential before the caller is
//! authorized.

use super::services::Services;
use crate::access::{Caller, Credential, Gatekeeper, OwnPermission, Permit};
use crate::admin::AdminError;
use crate::http::{KnownCaller, Problem, RequestContext, bearer, cookie};
use crate::session::{Cookie, Cookies};
use poem::http::Method;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use std::sync::Arc;

/// Names of the security schemes in the document: the session cookie and the access token.
const SCHEMES: [&str; 2] = ["session", "token"];

/// A signed-in caller.
pub struct SignedIn {
    /// The caller.
    pub caller: Caller,
    /// The services that the operation calls.
    pub services: Arc<Services>,
}

/// A signed-in caller who holds the permission `P`.
pub struct Authorized<P> {
    /// The proof that the caller holds the permission.
    pub permit: Permit<P>,
    /// The services that the operation calls.
    pub services: Arc<Services>,
}

/// Implements the framework's extractor for a security scheme: `from` turns an authenticated caller into the type.
macro_rules! security_scheme {
    ([$($generics:tt)*] $type:ty, $request:ident, $caller:ident, $services:ident => $from:expr) => {
        impl<'a, $($generics)*> ApiExtractor<'a> for $type {
            const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

            type ParamType = ();
            type ParamRawType = ();

            fn register(registry: &mut Registry) {
                register(registry);
            }

            fn security_schemes() -> Vec<&'static str> {
                SCHEMES.to_vec()
            }

            async fn from_request(
                $request: &'a Request,
                _: &mut RequestBody,
                _: ExtractParamOptions<()>,
            ) -> poem::Result<Self> {
                let $services = $request.data::<Arc<Services>>().cloned();
                let $services = $services.ok_or_else(Problem::internal)?;
                let $caller = authenticate($request, &$services).await?;
                $from
            }
        }
    };
}

security_scheme!([] SignedIn, request, caller, services => {
    // No scope covers the caller's own objects: a token may only read them.
    if caller.session().is_none() && request.method() != Method::GET {
        return Err(Problem::from(AdminError::SessionRequired).into());
    }
    Ok(Self { caller, services })
});

security_scheme!([P: OwnPermission] Authorized<P>, request, caller, services => {
    let permit = services.gatekeeper.permit(&caller).await;
    let permit = permit.map_err(Problem::from)?;
    Ok(Self { permit, services })
});

/// For the gate: whether a request has a session or access token that is valid now. Does not call Gitea.
pub fn known_callers(gatekeeper: Arc<Gatekeeper>, cookies: Cookies) -> KnownCaller {
    let name = cookies.name(Cookie::Session);
    Box::new(move |headers| {
        let secret = cookie(headers, name).and_then(|text| text.parse().ok());
        let token = bearer::in_authorization(headers).map(Credential::Token);
        let credential = token.or(secret.as_ref().map(Credential::Session));
        credential.is_some_and(|credential| gatekeeper.recognizes(credential))
    })
}

async fn authenticate(request: &Request, services: &Services) -> Result<Caller, Problem> {
    let context = request.data::<RequestContext>();
    let context = context.ok_or_else(Problem::internal)?;
    let headers = request.headers();
    let secret = cookie(headers, &services.session_cookie);
    let secret = secret.and_then(|text| text.parse().ok());
    let token = bearer::in_authorization(headers);
    let session = secret.as_ref().map(Credential::Session);
    let credential = token.map(Credential::Token).or(session);
    let gatekeeper = &services.gatekeeper;
    let caller = gatekeeper.caller(credential, context.origin.clone());
    let caller = caller.await.map_err(Problem::from);
    caller.map_err(|problem| problem.of_bearer(token.is_some()))
}

fn register(registry: &mut Registry) {
    let scheme = |ty, description| MetaSecurityScheme {
        ty,
        description: Some(description),
        name: None,
        key_in: None,
        scheme: None,
        bearer_format: None,
        flows: None,
        openid_connect_url: None,
    };
    let [session, token] = SCHEMES;
    let cookie = scheme(
        "apiKey",
        "The session cookie that sign-in sets. Over plain http on loopback, its name has no prefix `__Host-`. \
         With it, every method except GET requires an `Origin` of Samovar itself.",
    );
    let cookie = MetaSecurityScheme {
        name: Some("__Host-samovar"),
        key_in: Some("cookie"),
        ..cookie
    };
    registry.create_security_scheme(session, cookie);
    let bearer = scheme(
        "http",
        "An access token from `/oauth/token` for the audience `samovar`.",
    );
    let bearer = MetaSecurityScheme {
        scheme: Some("bearer"),
        bearer_format: Some("JWT"),
        ..bearer
    };
    registry.create_security_scheme(token, bearer);
}
