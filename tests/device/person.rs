//! A person with a browser who answers a device authorization.

use crate::oauth::stage::Stage;
use crate::support::browser::{Browser, Page, form, hidden_fields};
use reqwest::Method;

pub struct Person {
    pub browser: Browser,
    url: String,
}

impl Person {
    pub async fn signed_in(stage: &Stage, login: &str) -> Self {
        Self {
            browser: stage.browser(login).await,
            url: stage.samovar.url().to_owned(),
        }
    }

    /// Sends a form of the page.
    pub async fn send(&mut self, pairs: &[(&str, &str)]) -> Page {
        let origin = self.url.clone();
        self.send_from(&origin, pairs).await
    }

    /// The same, from a page of this origin.
    pub async fn send_from(&mut self, origin: &str, pairs: &[(&str, &str)]) -> Page {
        let headers = [
            ("origin", origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let url = format!("{}/device", self.url);
        let body = Some(form(pairs));
        self.browser.send(Method::POST, &url, &headers, body).await
    }

    /// Clicks a button of the consent page.
    pub async fn click(&mut self, consent: &Page, answer: &str) -> Page {
        let fields = hidden_fields(&consent.body);
        let mut pairs: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        pairs.push(("answer", answer));
        self.send(&pairs).await
    }

    /// Enters a code and answers; returns the consent page and the page after it.
    pub async fn answer(&mut self, code: &str, answer: &str) -> (Page, Page) {
        let consent = self.send(&[("user_code", code)]).await;
        assert_eq!(consent.status, 200, "{}", consent.body);
        let answered = self.click(&consent, answer).await;
        assert_eq!(answered.status, 200, "{}", answered.body);
        (consent, answered)
    }
}
