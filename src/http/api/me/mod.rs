//! `/me` of the API: what every signed-in caller may read and do for itself.
//!
//! Requires no permission. Must never read or change the objects of another principal.

pub mod body;

use super::decisions::body::Decision;
use super::decisions::question::own_question;
use super::grants::{self, body::Grant};
use super::prelude::*;
use super::service_accounts::{self, body::ServiceAccount};
use super::sessions::{self, body::Session};
use crate::admin::SecretLifetime;
use crate::audit::ObjectKind;
use crate::model::{GrantId, SecretId, ServiceAccountId, SessionId};
use body::Me;

/// The operations.
pub(super) struct MeApi;

#[OpenApi(prefix_path = "/me", tag = "Tag::Me")]
impl MeApi {
    /// Gets the caller.
    #[oai(path = "/", method = "get", operation_id = "get_me")]
    async fn get_me(&self, call: SignedIn) -> ApiResult<Json<Me>> {
        let services = &call.services;
        Ok(Json(Me::new(&call.caller, services, &services.names())))
    }

    /// Explains the decision about a request of the caller with a session.
    ///
    /// For other principals, use `/decisions/explain`.
    #[oai(
        path = "/decision",
        method = "get",
        operation_id = "explain_my_decision"
    )]
    async fn explain_my_decision(
        &self,
        call: SignedIn,
        /// The host of the application.
        host: Query<String>,
        /// The HTTP method, in capitals.
        method: Query<String>,
        /// The path as in a request, percent-encoded.
        path: Query<String>,
    ) -> ApiResult<Json<Decision>, OnObject> {
        let (names, principal) = (call.services.names(), call.caller.principal());
        let question = match own_question(principal, (&host, &method, &path), &names) {
            Ok(question) => question,
            Err(decision) => return Ok(Json(*decision)),
        };
        let gatekeeper = &call.services.gatekeeper;
        let explained = gatekeeper.explain_own(&call.caller, &question).await?;
        Ok(Json(Decision::new(&question, &explained, &names)))
    }

    /// Lists the caller's sessions, newest first, including those at applications.
    #[oai(path = "/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        call: SignedIn,
        paging: Paging,
    ) -> ApiResult<Json<Page<Session>>> {
        let (services, caller) = (&call.services, &call.caller);
        let principal = Some(caller.principal());
        Ok(sessions::page(services, caller, &paging, principal))
    }

    /// Ends a session of the caller and its child sessions.
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "end_my_session"
    )]
    async fn end_my_session(
        &self,
        call: SignedIn,
        /// The id of the session.
        id: Path<Raw<SessionId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let principal = Some(call.caller.principal());
        Ok(sessions::end(&call.services, &call.caller, id.id()?, principal).await?)
    }

    /// Lists the caller's grants, newest first, including those to Samovar's command line.
    #[oai(path = "/grants", method = "get", operation_id = "list_my_grants")]
    async fn list_my_grants(&self, call: SignedIn, paging: Paging) -> ApiResult<Json<Page<Grant>>> {
        let grants = call.services.admin.own_grants(&call.caller);
        Ok(grants::page(&call.services, &paging, grants.iter()))
    }

    /// Ends a grant of the caller and revokes every token based on it.
    #[oai(path = "/grants/:id", method = "delete", operation_id = "end_my_grant")]
    async fn end_my_grant(
        &self,
        call: SignedIn,
        /// The id of the grant.
        id: Path<Raw<GrantId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let admin = &call.services.admin;
        admin.end_own_grant(&call.caller, id.id()?).await?;
        Ok(NoContent)
    }

    /// Revokes all tokens issued to the caller until now and ends the caller's grants.
    #[oai(path = "/tokens", method = "delete", operation_id = "revoke_my_tokens")]
    async fn revoke_my_tokens(&self, call: SignedIn) -> ApiResult<NoContent> {
        call.services.admin.revoke_own_tokens(&call.caller).await?;
        Ok(NoContent)
    }

    /// Lists the service accounts that the caller or one of the caller's teams owns, in the order of their names.
    #[oai(
        path = "/service-accounts",
        method = "get",
        operation_id = "list_my_service_accounts"
    )]
    async fn list_my_service_accounts(
        &self,
        call: SignedIn,
        /// `true` to list only those with a secret that needs attention; `false` by default.
        #[oai(default)]
        attention: Query<bool>,
        paging: Paging,
    ) -> ApiResult<Json<Page<ServiceAccount>>> {
        let (services, admin) = (&call.services, &call.services.admin);
        let accounts = admin.service_accounts();
        let own = accounts.iter().filter(|one| admin.owns(&call.caller, one));
        Ok(service_accounts::page(services, &paging, own, attention.0))
    }

    /// Creates a secret of a service account that the caller or one of the caller's teams owns.
    ///
    /// The secret is shown only once. At most two secrets are valid at a time.
    #[oai(
        path = "/service-accounts/:id/secrets",
        method = "post",
        operation_id = "create_my_service_account_secret"
    )]
    async fn create_my_service_account_secret(
        &self,
        call: SignedIn,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        body: Body<SecretLifetime>,
    ) -> ApiResult<Issued<NewSecret>, OnCreatePart> {
        let admin = &call.services.admin;
        let created = admin.create_own_secret(&call.caller, id.id()?, body.0);
        let (record, secret) = created.await?;
        Ok(Issued(NewSecret::new(&record, &secret)))
    }

    /// Deletes a secret of a service account that the caller or one of the caller's teams owns.
    ///
    /// The secret is invalid at once.
    #[oai(
        path = "/service-accounts/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_my_service_account_secret"
    )]
    async fn delete_my_service_account_secret(
        &self,
        call: SignedIn,
        /// The id of the service account.
        id: Path<Raw<ServiceAccountId>>,
        /// The id of the secret.
        secret: Path<Raw<SecretId>>,
    ) -> ApiResult<NoContent, OnObject> {
        let (id, secret) = (id.id()?, secret.parse("secret")?);
        let admin = &call.services.admin;
        admin.delete_own_secret(&call.caller, id, secret).await?;
        Ok(NoContent)
    }

    /// Ends all sessions of the caller, including those at applications.
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "end_my_sessions"
    )]
    async fn end_my_sessions(&self, call: SignedIn) -> ApiResult<NoContent> {
        let (services, principal) = (&call.services, call.caller.principal());
        let event = sessions::end_event(services, &call.caller, ObjectKind::User, &principal);
        services.sessions.end_all_of(principal, event).await?;
        Ok(NoContent)
    }
}
