//! The metadata of a provider: the members of OpenID Discovery, and those of other specifications.

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, ProviderMetadata};
use url::Url;

/// Metadata with the members below.
pub(super) type Metadata = ProviderMetadata<
    AdditionalMetadata,
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
pub(super) struct AdditionalMetadata {
    /// RFC 9207: every authorization response names its issuer.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
    /// OpenID RP-Initiated Logout.
    #[serde(default)]
    pub end_session_endpoint: Option<Url>,
    /// OpenID Back-Channel Logout.
    #[serde(default)]
    pub backchannel_logout_supported: bool,
}

impl AdditionalProviderMetadata for AdditionalMetadata {}
