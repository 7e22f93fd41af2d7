//! The journey as the page of a shop on another domain keeps it (NP-04).
//!
//! A page has no key: it can't sign a cookie, so it keeps the click tokens as they
//! came and hands them in with the purchase. The server verifies them and decides;
//! what a page reads in them may have been written by anybody.
//!
//! Text: the tokens in the order in which they came, a space between two.

use crate::attribution::click_token::{CLICK_PARAMETER, ClickToken};
use crate::attribution::journey::MAX_TOKEN_CHARS;
use crate::attribution::receipt::{Source, Verdict};
use crate::attribution::resolve::{Candidate, Purchase, resolve};
use crate::attribution::touch::Touch;
use crate::link::destination::split_scheme;
use crate::link::redirect;
use crate::link::utm::Utm;
use crate::percent;
use crate::time::Timestamp;

/// Most characters of the text: those of the journey cookie (AT-02). A token has
/// at least 58, so 17 fit at most: fewer than a completion may hold.
pub const MAX_CHARS: usize = MAX_TOKEN_CHARS;

/// How long a token is kept, in milliseconds: a year, like the journey cookie.
const MAX_AGE_MS: i64 = 365 * 24 * 3600 * 1000;

/// How far a page's clock may be behind ours, in milliseconds (AT-05).
const MAX_BEHIND_MS: i64 = 5 * 60 * 1000;

/// The click tokens that a browser came with, oldest first, none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageJourney {
    handed: Vec<Handed>,
}

/// A token, and what it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Handed {
    token: String,
    touch: Touch,
}

impl PageJourney {
    /// Reads what was kept. Whatever is no click token is left out, and what is
    /// older than a year.
    #[must_use]
    pub fn parse(text: &str, now: Timestamp) -> Self {
        let mut journey = Self::default();
        let oldest = now.millis().saturating_sub(MAX_AGE_MS);
        for token in text.split(' ') {
            if let Some(touch) = ClickToken::peek(token)
                && touch.at.millis() >= oldest
            {
                journey.keep(token, touch);
            }
        }
        journey
    }

    /// Keeps the click token in the URL of a page that was landed on, and answers
    /// what it tells of. Of several the first that can be read counts.
    pub fn capture(&mut self, url: &str) -> Option<Touch> {
        let pairs = redirect::query(url).split('&');
        for (key, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            if *percent::decode_form(key) != *CLICK_PARAMETER.as_bytes() {
                continue;
            }
            let value = percent::decode_form(value);
            if let Ok(token) = core::str::from_utf8(&value)
                && let Some(touch) = ClickToken::peek(token)
            {
                self.keep(token, touch.clone());
                return Some(touch);
            }
        }
        None
    }

    /// What is to be kept, at most [`MAX_CHARS`].
    #[must_use]
    pub fn to_text(&self) -> String {
        let tokens: Vec<&str> = self.tokens().collect();
        tokens.join(" ")
    }

    /// The tokens, oldest first.
    pub fn tokens(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.handed.iter().map(|handed| &*handed.token)
    }

    /// The touch that earns this purchase, if every token is ours. The purchase is
    /// at a time by the page's clock, which may be a few minutes behind: it is no
    /// earlier than the touches.
    #[must_use]
    pub fn current(&self, mut purchase: Purchase) -> Option<Touch> {
        let latest = purchase.at.millis().saturating_add(MAX_BEHIND_MS);
        let touches = self.handed.iter().map(|handed| handed.touch.at);
        let newest = touches.filter(|at| at.millis() <= latest).max();
        purchase.at = purchase.at.max(newest.unwrap_or(purchase.at));
        let candidates: Vec<Candidate> = self
            .handed
            .iter()
            .map(|handed| Candidate {
                touch: handed.touch.clone(),
                sequence: 0,
                source: Source::ClickToken,
            })
            .collect();
        let considered = resolve(&candidates, &purchase).considered;
        let winner = considered
            .into_iter()
            .find(|touch| touch.verdict == Verdict::Won)?;
        Some(Touch {
            link: winner.link,
            scope: winner.scope,
            at: winner.at,
            utm: winner.utm,
        })
    }

    /// A URL that hands the newest token on to another of the shop's domains. A
    /// path, which stays on this one, and what is not of the web stay as they are.
    #[must_use]
    pub fn decorate(&self, url: &str) -> String {
        match self.tokens().next_back() {
            Some(token) if split_scheme(url).is_some() => {
                redirect::location_with_click("", url, &Utm::default(), "", Some(token))
            }
            _ => url.to_owned(),
        }
    }

    /// Adds a token. When it gets too much, the oldest of a link that came again
    /// goes, and only then the oldest of all: not at once, since the later token
    /// may be a forgery that would take the place of a true one.
    fn keep(&mut self, token: &str, touch: Touch) {
        if self.tokens().any(|kept| kept == token) {
            return;
        }
        let token = token.to_owned();
        self.handed.push(Handed { token, touch });
        while self.chars() > MAX_CHARS {
            let oldest = self.oldest_repeated().unwrap_or(0);
            self.handed.remove(oldest);
        }
    }

    fn chars(&self) -> usize {
        let with_space = self.tokens().map(|token| token.len() + 1);
        with_space.sum::<usize>().saturating_sub(1)
    }

    fn oldest_repeated(&self) -> Option<usize> {
        self.handed.iter().enumerate().position(|(index, handed)| {
            let mut later = self.handed.iter().skip(index + 1);
            later.any(|other| other.touch.link == handed.touch.link)
        })
    }
}
