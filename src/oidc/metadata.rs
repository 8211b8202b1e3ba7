//! The form of a provider's metadata: what OpenID Discovery says, and what is said beside it of issuers and sign-out.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata};
use url::Url;

/// Metadata with the members below.
pub(super) type Metadata = ProviderMetadata<
    Beside,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Members of other specifications.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Beside {
    /// RFC 9207: every answer says who gives it.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// OpenID RP-Initiated Logout.
    #[serde(default)]
    pub end_session_endpoint: Option<Url>,
    /// OpenID Back-Channel Logout.
    #[serde(default)]
    pub backchannel_logout_supported: bool,
}

impl AdditionalProviderMetadata for Beside {}
