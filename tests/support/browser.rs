//! A small browser without a screen: cookies per host (ports do not matter, as in real ones), no redirect followed
//! unasked, a log of its steps. Knows how to sign in at Gitea; knows nothing of Samovar.

use super::world::GiteaWorld;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use std::collections::{BTreeMap, HashMap};
use url::Url;

/// One request and how it went.
#[derive(Debug, Clone)]
pub struct Step {
    pub method: String,
    pub url: String,
    pub status: u16,
    /// Where the answer points, made whole.
    pub location: Option<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Page {
    pub url: Url,
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: String,
    /// Where it points, made whole.
    pub location: Option<Url>,
}

/// See the head of this file.
pub struct Browser {
    http: Client,
    cookies: HashMap<String, BTreeMap<String, String>>,
    /// Everything it did.
    pub steps: Vec<Step>,
}

/// A client that follows no redirect and knows no proxy.
pub fn plain_client() -> Client {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().build().unwrap()
}

/// A form body.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs).finish()
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    pub fn new() -> Self {
        Self {
            http: plain_client(),
            cookies: HashMap::new(),
            steps: Vec::new(),
        }
    }

    /// Cookies held for a host.
    pub fn cookies(&self, host: &str) -> BTreeMap<String, String> {
        self.cookies.get(host).cloned().unwrap_or_default()
    }

    /// Plants a cookie.
    pub fn set_cookie(&mut self, host: &str, name: &str, value: &str) {
        let jar = self.cookies.entry(host.to_owned()).or_default();
        jar.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets everything held for a host.
    pub fn forget(&mut self, host: &str) {
        self.cookies.remove(host);
    }

    pub async fn get(&mut self, url: &str) -> Page {
        self.send(Method::GET, url, &[("accept", "text/html")], None)
            .await
    }

    pub async fn post(&mut self, url: &str, pairs: &[(&str, &str)]) -> Page {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, url, &headers, Some(form(pairs)))
            .await
    }

    /// Any request, with the cookies of its host.
    pub async fn send(
        &mut self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Page {
        let url = Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let mut request = self.http.request(method.clone(), url.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = self.with_cookies(request, &url);
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{method} {url}: {error:?}"));
        let page = read(url, answer).await;
        self.keep_cookies(&page);
        self.steps.push(Step {
            method: method.to_string(),
            url: page.url.to_string(),
            status: page.status,
            location: page.location.as_ref().map(Url::to_string),
        });
        page
    }

    fn with_cookies(&self, request: RequestBuilder, url: &Url) -> RequestBuilder {
        let jar = self.cookies(url.host_str().unwrap_or_default());
        let pairs: Vec<_> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() {
            request
        } else {
            request.header(COOKIE, pairs.join("; "))
        }
    }

    fn keep_cookies(&mut self, page: &Page) {
        let host = page.url.host_str().unwrap_or_default().to_owned();
        let jar = self.cookies.entry(host).or_default();
        for line in page.headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if attributes.to_lowercase().contains("max-age=0") || value.is_empty() {
                jar.remove(name.trim());
            } else {
                jar.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }

    /// Follows redirects of GET until an answer points nowhere.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..20 {
            let Some(next) = page.location.clone() else {
                return page;
            };
            page = self.get(next.as_str()).await;
        }
        panic!("redirects without end: {:#?}", self.steps);
    }

    /// Opens an address as a person does who signs in at that Gitea when it asks; gives the page where that ends.
    pub async fn visit(&mut self, url: &str, gitea: &GiteaWorld, login: &str) -> Page {
        let gitea = Url::parse(gitea.url()).unwrap().origin();
        let mut page = self.get(url).await;
        for _ in 0..20 {
            page = match page.location.clone() {
                None => return page,
                Some(to) if to.origin() == gitea => {
                    let callback = self.sign_in_at_gitea(to.as_str(), login).await;
                    self.get(&callback).await
                }
                Some(to) => self.get(to.as_str()).await,
            };
        }
        panic!("redirects without end: {:#?}", self.steps);
    }

    /// Goes through Gitea's sign-in and consent, whichever of them it asks for, with the world's password of that login;
    /// gives the address that Gitea sends the browser back to, without visiting it.
    pub async fn sign_in_at_gitea(&mut self, authorize_url: &str, login: &str) -> String {
        let password = GiteaWorld::password(login);
        let gitea = Url::parse(authorize_url).unwrap().origin();
        let mut page = self.get(authorize_url).await;
        for _ in 0..8 {
            page = match page.location.clone() {
                Some(to) if to.origin() != gitea => return to.to_string(),
                Some(to) if to.path().ends_with("/user/login") => {
                    let fields = [("user_name", login), ("password", password.as_str())];
                    self.post(to.as_str(), &fields).await
                }
                Some(to) => self.get(to.as_str()).await,
                None => self.consent(&page).await,
            };
        }
        panic!("Gitea did not send the browser back: {:#?}", self.steps);
    }

    /// Sends the consent form of a page.
    async fn consent(&mut self, page: &Page) -> Page {
        let fields = hidden_fields(&page.body);
        assert!(
            fields.iter().any(|(name, _)| name == "client_id"),
            "no consent page, but status {} of {}:\n{}",
            page.status,
            page.url,
            page.body
        );
        let mut pairs: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        pairs.push(("granted", "true"));
        let to = page.url.join("/login/oauth/grant").unwrap();
        self.post(to.as_str(), &pairs).await
    }
}

async fn read(url: Url, answer: reqwest::Response) -> Page {
    let location = answer.headers().get(LOCATION);
    let location = location.map(|value| url.join(value.to_str().unwrap()).unwrap());
    Page {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        location,
        url,
        body: answer.text().await.unwrap(),
    }
}

/// Names and values of a page's hidden inputs.
pub fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input").skip(1);
    let tags = inputs.filter_map(|rest| rest.split('>').next());
    tags.filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"))
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    Some(
        value
            .replace("&#34;", "\"")
            .replace("&#43;", "+")
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
}
