//! A stand-in for an issuer of workload tokens, such as a CI server's: discovery, keys of three algorithms, tokens. Knows
//! nothing of Samovar.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use data_encoding::BASE64URL_NOPAD;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A key pair of one algorithm.
pub enum Pair {
    Rs256(RsaKeyPair),
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Pair {
    pub fn new(algorithm: &str) -> Self {
        match algorithm {
            "RS256" => Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
            "ES256" => {
                Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
            }
            _ => Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
        }
    }

    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Rs256(_) => "RS256",
            Self::Es256(_) => "ES256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// The public half, with no member that says what it is for.
    pub fn jwk(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Rs256(pair) => {
                let public = pair.public_key();
                let n = text(public.modulus().big_endian_without_leading_zero());
                let e = text(public.exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "kid": kid, "n": n, "e": e})
            }
            Self::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (text(&point[1..33]), text(&point[33..65]));
                json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y})
            }
            Self::EdDsa(pair) => {
                let x = text(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x})
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.unwrap();
                signature
            }
            Self::Es256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token of this header and these claims, whatever they are.
    pub fn token(&self, header: &str, claims: &str) -> String {
        let encode = |part: &str| BASE64URL_NOPAD.encode(part.as_bytes());
        let head = format!("{}.{}", encode(header), encode(claims));
        let signature = self.sign(head.as_bytes());
        format!("{head}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

/// What is served.
#[derive(Default)]
struct Served {
    metadata: Value,
    keys: Value,
    status: u16,
    /// Sent instead of the metadata's content, with `Location`.
    redirect: Option<String>,
    /// No answer comes.
    waits: bool,
    asked: usize,
}

/// A running issuer; ends when dropped.
pub struct Workloads {
    url: String,
    pub pair: Pair,
    pub kid: String,
    served: Arc<Mutex<Served>>,
    accepting: JoinHandle<()>,
}

impl Workloads {
    /// With one key of this algorithm.
    pub async fn start(algorithm: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (pair, kid) = (Pair::new(algorithm), "key-1".to_owned());
        // As little as some issuers publish.
        let metadata = json!({
            "issuer": url, "jwks_uri": format!("{url}/.well-known/jwks"),
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": [algorithm],
        });
        let mut key = pair.jwk(&kid);
        key["use"] = json!("sig");
        key["alg"] = json!(algorithm);
        let served = Arc::new(Mutex::new(Served {
            metadata,
            keys: json!({"keys": [key]}),
            status: 200,
            ..Served::default()
        }));
        let accepting = tokio::spawn(serve(listener, Arc::clone(&served)));
        Self {
            url,
            pair,
            kid,
            served,
            accepting,
        }
    }

    /// The issuer, as its tokens name it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token of these claims, with `iss` unless they have one.
    pub fn token(&self, claims: &Value) -> String {
        let mut claims = claims.clone();
        if claims.get("iss").is_none() {
            claims["iss"] = json!(self.url);
        }
        self.pair
            .token(&self.header().to_string(), &claims.to_string())
    }

    /// The header of its tokens, as CI servers write it.
    pub fn header(&self) -> Value {
        json!({"typ": "JWT", "alg": self.pair.algorithm(), "kid": self.kid, "x5t": "kdAh"})
    }

    /// Another key from now on, published alone.
    pub fn rotate(&mut self) {
        self.pair = Pair::new(self.pair.algorithm());
        self.kid.push('x');
        let keys = json!({"keys": [self.pair.jwk(&self.kid)]});
        self.publish(keys);
    }

    /// Serves this key set.
    pub fn publish(&self, keys: Value) {
        self.served.lock().unwrap().keys = keys;
    }

    /// Changes a member of the metadata.
    pub fn say(&self, member: &str, value: &str) {
        self.served.lock().unwrap().metadata[member] = json!(value);
    }

    /// Answers everything with this status.
    pub fn answer_with(&self, status: u16) {
        self.served.lock().unwrap().status = status;
    }

    /// Redirects requests for metadata.
    pub fn redirect_to(&self, address: &str) {
        self.served.lock().unwrap().redirect = Some(address.to_owned());
    }

    /// Answers nothing from now on.
    pub fn keep_waiting(&self) {
        self.served.lock().unwrap().waits = true;
    }

    /// Questions so far.
    pub fn asked(&self) -> usize {
        self.served.lock().unwrap().asked
    }
}

impl Drop for Workloads {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(listener: TcpListener, served: Arc<Mutex<Served>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let served = Arc::clone(&served);
        let service = service_fn(move |request| {
            let response = answer(&served, &request);
            let waits = served.lock().unwrap().waits;
            async move {
                if waits {
                    std::future::pending::<()>().await;
                }
                Ok::<_, Infallible>(response)
            }
        });
        let http = hyper::server::conn::http1::Builder::new();
        let connection = http.serve_connection(TokioIo::new(stream), service);
        // a client that goes away is no matter of the test
        tokio::spawn(async move { _ = connection.await });
    }
}

fn answer(served: &Mutex<Served>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let mut served = served.lock().unwrap();
    served.asked += 1;
    let (status, body) = match request.uri().path() {
        "/.well-known/openid-configuration" => (served.status, &served.metadata),
        "/.well-known/jwks" => (served.status, &served.keys),
        _ => (404, &Value::Null),
    };
    let answer = Response::builder().header("content-type", "application/json");
    let body = Full::from(body.to_string());
    match &served.redirect {
        Some(to) => answer.status(302).header("location", to).body(body),
        None => answer.status(status).body(body),
    }
    .unwrap()
}
