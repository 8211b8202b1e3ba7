//! `/me` of the API: what everybody who is signed in may see and do.

use super::answer::{Done, Shown};
use super::body::Body;
use super::caller::SignedIn;
use super::failure::{Failure, OfAll, OfOne, OfPart};
use super::wire::decision::Decision;
use super::wire::machine::{NewSecret, SecretDraft, ServiceAccount};
use super::wire::me::Me;
use super::wire::page::{Page, Paging};
use super::wire::session::Session;
use super::wire::texts::Id;
use super::wire::token::Grant;
use super::{Noun, forms};
use crate::audit::ObjectKind;
use crate::model::{SecretId, SessionId};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/me", tag = "Noun::Me")]
impl Api {
    /// Who is signed in.
    #[oai(path = "/", method = "get", operation_id = "get_me")]
    async fn get_me(&self, call: SignedIn) -> Result<Json<Me>, Failure<OfAll>> {
        let sources = call.services.sources();
        let names = sources.names();
        let administrators = call.services.admin.administrators().state();
        let now = call.services.clock.now();
        let me = forms::me::show(&call.caller, names, administrators, now);
        Ok(Json(me))
    }

    /// May one make this request oneself, with a session, and why? `/decisions/explain` asks the same about others.
    #[oai(
        path = "/decision",
        method = "get",
        operation_id = "explain_my_decision"
    )]
    async fn explain_my_decision(
        &self,
        call: SignedIn,
        /// Host of the application.
        host: Query<String>,
        /// In capitals.
        method: Query<String>,
        /// Path as it would be sent.
        path: Query<String>,
    ) -> Result<Json<Decision>, Failure<OfOne>> {
        let sources = call.services.sources();
        let names = sources.names();
        let asked = (host.as_str(), method.as_str(), path.as_str());
        let principal = call.caller.principal();
        let question = match forms::decision::read_own(principal, asked, names) {
            Ok(question) => question,
            Err(answer) => return Ok(Json(*answer)),
        };
        let gatekeeper = &call.services.gatekeeper;
        let explained = gatekeeper.explain_own(&call.caller, &question).await?;
        Ok(Json(forms::decision::show(&question, &explained, names)))
    }

    /// One's own sessions, those at applications among them.
    #[oai(path = "/sessions", method = "get", operation_id = "list_my_sessions")]
    async fn list_my_sessions(
        &self,
        call: SignedIn,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Session>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let mine = |session: &crate::model::Session| session.principal == call.caller.principal();
        Ok(Json(call.services.page_of_sessions(
            &call.caller,
            &paging,
            mine,
        )))
    }

    /// Ends one of one's own sessions, and those below it.
    #[oai(
        path = "/sessions/:id",
        method = "delete",
        operation_id = "end_my_session"
    )]
    async fn end_my_session(
        &self,
        call: SignedIn,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id::<SessionId>(&id)?;
        let sessions = call.services.sessions.list();
        let mut mine = sessions
            .iter()
            .filter(|session| session.principal == call.caller.principal());
        if !mine.any(|session| session.id == id) {
            return Err(forms::missing("session").into());
        }
        let event = call
            .services
            .session_end(&call.caller, ObjectKind::Session, &id);
        call.services.sessions.end(id, event).await?;
        Ok(Done)
    }

    /// What one has allowed clients, devices with the command line among them.
    #[oai(path = "/grants", method = "get", operation_id = "list_my_grants")]
    async fn list_my_grants(
        &self,
        call: SignedIn,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<Grant>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let grants = call.services.admin.own_grants(&call.caller);
        Ok(Json(call.services.page_of_grants(&paging, grants.iter())))
    }

    /// Ends one of one's own grants, and with it every token that rests on it.
    #[oai(path = "/grants/:id", method = "delete", operation_id = "end_my_grant")]
    async fn end_my_grant(
        &self,
        call: SignedIn,
        /// Its id.
        id: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        call.services.admin.end_own_grant(&call.caller, id).await?;
        Ok(Done)
    }

    /// Refuses every token of one's own that was issued up to now, and ends all one's grants.
    #[oai(path = "/tokens", method = "delete", operation_id = "revoke_my_tokens")]
    async fn revoke_my_tokens(&self, call: SignedIn) -> Result<Done, Failure<OfAll>> {
        call.services.admin.revoke_own_tokens(&call.caller).await?;
        Ok(Done)
    }

    /// Service accounts for which one answers, by oneself or by a team.
    #[oai(
        path = "/service-accounts",
        method = "get",
        operation_id = "list_my_service_accounts"
    )]
    async fn list_my_service_accounts(
        &self,
        call: SignedIn,
        /// `true`: those alone that have a secret at which somebody should look.
        #[oai(default)]
        attention: Query<bool>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Items on the page, 50 unless told.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
    ) -> Result<Json<Page<ServiceAccount>>, Failure<OfAll>> {
        let paging = Paging::read(cursor.0.as_deref(), limit.0)?;
        let (admin, sources) = (&call.services.admin, call.services.sources());
        let accounts = admin.service_accounts();
        let own = accounts.iter().filter(|one| admin.owns(&call.caller, one));
        let own = own.filter(|one| !attention.0 || sources.attention(&one.secrets));
        Ok(Json(paging.cut(
            own,
            |one| one.name.to_string(),
            |one| sources.show_account(one),
        )))
    }

    /// Makes another secret for a service account for which one answers, shown this once; two live at a time.
    #[oai(
        path = "/service-accounts/:id/secrets",
        method = "post",
        operation_id = "create_my_service_account_secret"
    )]
    async fn create_my_service_account_secret(
        &self,
        call: SignedIn,
        /// Id of the service account.
        id: Path<Id>,
        body: Body<SecretDraft>,
    ) -> Result<Shown<NewSecret>, Failure<OfPart>> {
        let id = forms::id(&id)?;
        let life = forms::machine::read_secret(&body.0)?;
        let admin = &call.services.admin;
        let made = admin.create_own_secret(&call.caller, id, life).await?;
        Ok(Shown(forms::machine::show_new_secret(&made)))
    }

    /// Takes away a secret of a service account for which one answers.
    #[oai(
        path = "/service-accounts/:id/secrets/:secret",
        method = "delete",
        operation_id = "delete_my_service_account_secret"
    )]
    async fn delete_my_service_account_secret(
        &self,
        call: SignedIn,
        /// Id of the service account.
        id: Path<Id>,
        /// Id of the secret.
        secret: Path<Id>,
    ) -> Result<Done, Failure<OfOne>> {
        let id = forms::id(&id)?;
        let secret = forms::parameter::<SecretId>("secret", &secret)?;
        let admin = &call.services.admin;
        admin.delete_own_secret(&call.caller, id, secret).await?;
        Ok(Done)
    }

    /// Ends all of one's own sessions: sign-out everywhere.
    #[oai(
        path = "/sessions",
        method = "delete",
        operation_id = "end_my_sessions"
    )]
    async fn end_my_sessions(&self, call: SignedIn) -> Result<Done, Failure<OfAll>> {
        let principal = call.caller.principal();
        let event = call
            .services
            .session_end(&call.caller, ObjectKind::User, &principal);
        call.services.sessions.end_all_of(principal, event).await?;
        Ok(Done)
    }
}
