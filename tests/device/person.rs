//! A person with a browser, who is asked about a device.

use crate::stage::Stage;
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

    /// Sends the form of the page.
    pub async fn send(&mut self, pairs: &[(&str, &str)]) -> Page {
        let origin = self.url.clone();
        self.send_from(&origin, pairs).await
    }

    /// The same from a page of that origin.
    pub async fn send_from(&mut self, origin: &str, pairs: &[(&str, &str)]) -> Page {
        let headers = [
            ("origin", origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let url = format!("{}/device", self.url);
        let body = Some(form(pairs));
        self.browser.send(Method::POST, &url, &headers, body).await
    }

    /// Clicks a button of the page that asks.
    pub async fn click(&mut self, question: &Page, answer: &str) -> Page {
        let fields = hidden_fields(&question.body);
        let mut pairs: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        pairs.push(("answer", answer));
        self.send(&pairs).await
    }

    /// Enters a code and gives the answer; gives the question and what came of it.
    pub async fn answer(&mut self, code: &str, answer: &str) -> (Page, Page) {
        let question = self.send(&[("user_code", code)]).await;
        assert_eq!(question.status, 200, "{}", question.body);
        let done = self.click(&question, answer).await;
        assert_eq!(done.status, 200, "{}", done.body);
        (question, done)
    }
}
