//! Who calls, as the first argument of every operation: nothing else of a request is read before it.

use super::Services;
use crate::access::{Caller, Credential, Gatekeeper, OwnPermission, Permit};
use crate::admin::AdminError;
use crate::http::{KnownCaller, Problem, RequestContext, bearer, cookie};
use crate::session::{Cookie, Cookies};
use poem::http::Method;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use std::sync::Arc;

/// Name of the scheme in the document.
const SCHEME: &str = "session";

/// Name of the scheme of access tokens.
const TOKEN: &str = "token";

/// Somebody signed in.
pub(super) struct SignedIn {
    /// Who it is.
    pub caller: Caller,
    /// What the operation calls.
    pub services: Arc<Services>,
}

/// Somebody signed in who holds `P`.
pub(super) struct Allowed<P> {
    /// The proof of it.
    pub permit: Permit<P>,
    /// What the operation calls.
    pub services: Arc<Services>,
}

impl<'a> ApiExtractor<'a> for SignedIn {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME, TOKEN]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let services = services(request)?;
        let caller = caller(request, &services).await?;
        // What concerns oneself is asked for by no scope: a token may read it, and no more.
        if caller.session().is_none() && request.method() != Method::GET {
            return Err(Problem::from(AdminError::SessionRequired).into());
        }
        Ok(Self { caller, services })
    }
}

impl<'a, P: OwnPermission> ApiExtractor<'a> for Allowed<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        register(registry);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SCHEME, TOKEN]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let services = services(request)?;
        let caller = caller(request, &services).await?;
        let permit = services.gatekeeper.permit(&caller).await;
        Ok(Self {
            permit: permit.map_err(Problem::from)?,
            services,
        })
    }
}

fn services(request: &Request) -> Result<Arc<Services>, Problem> {
    let services = request.data::<Arc<Services>>();
    services.cloned().ok_or_else(Problem::internal)
}

/// For the gate: does a request carry a session or a token of ours that is valid now? Nothing is asked of Gitea.
pub fn known_callers(gatekeeper: Arc<Gatekeeper>, cookies: Cookies) -> KnownCaller {
    let name = cookies.name(Cookie::Session);
    Box::new(move |headers| {
        let secret = cookie(headers, name).and_then(|text| text.parse().ok());
        let token = bearer::in_authorization(headers).map(Credential::Token);
        let credential = token.or(secret.as_ref().map(Credential::Session));
        credential.is_some_and(|credential| gatekeeper.recognizes(credential))
    })
}

async fn caller(request: &Request, services: &Services) -> Result<Caller, Problem> {
    let exchange = request
        .data::<RequestContext>()
        .ok_or_else(Problem::internal)?;
    let headers = request.headers();
    let secret = cookie(headers, &services.session_cookie);
    let secret = secret.and_then(|text| text.parse().ok());
    let token = bearer::in_authorization(headers);
    let credential = token
        .map(Credential::Token)
        .or(secret.as_ref().map(Credential::Session));
    let gatekeeper = &services.gatekeeper;
    let caller = gatekeeper.caller(credential, exchange.origin.clone());
    let known = caller.await.map_err(Problem::from);
    known.map_err(|problem| problem.of_bearer(token.is_some()))
}

fn register(registry: &mut Registry) {
    let description = "the session cookie that sign-in sets; over plain http on loopback its name has no `__Host-`. \
         With it, whatever is not GET needs an `Origin` that is Samovar's own";
    registry.create_security_scheme(
        SCHEME,
        MetaSecurityScheme {
            ty: "apiKey",
            description: Some(description),
            name: Some("__Host-samovar"),
            key_in: Some("cookie"),
            scheme: None,
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        },
    );
    registry.create_security_scheme(
        TOKEN,
        MetaSecurityScheme {
            ty: "http",
            description: Some(
                "an access token of Samovar's for audience `samovar`, from `/oauth/token`",
            ),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: Some("JWT"),
            flows: None,
            openid_connect_url: None,
        },
    );
}
