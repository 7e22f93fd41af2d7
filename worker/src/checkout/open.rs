//! Opening a checkout: behind a link, at an event, or at an organizer.

use handbill_core::basket::Selection;
use handbill_core::fields::Fields;
use handbill_core::link::slug::Slug;
use handbill_core::order::basket_key;
use handbill_core::problem::Problems;
use serde_json::{Map, Value};

use super::offer::{self, LookUp, Offer, Scope};
use crate::app::Call;
use crate::entropy;
use crate::failure::Failure;
use crate::store::baskets::{self, BasketRow, NewBasket};
use crate::store::links::{self, LinkRow};
use crate::store::{organizers, shop};

/// What a checkout is opened with.
#[derive(Debug, Default)]
pub struct Opening {
    link: Option<String>,
    event: Option<i64>,
    organizer: Option<String>,
    selection: Selection,
    /// Whether the items are those that the link puts into the basket.
    takes_links_items: bool,
    channel: Channel,
}

/// Where a basket is opened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// In a shop's pages.
    #[default]
    Online,
    /// At the organizer's counter.
    BoxOffice,
}

impl Channel {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::BoxOffice => "box_office",
        }
    }

    /// The channel of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Online, Self::BoxOffice]
            .into_iter()
            .find(|channel| channel.name() == name)
    }
}

impl Opening {
    /// Reads the body of a request: where, and optionally what.
    ///
    /// # Errors
    /// Every field's first problem.
    pub fn parse(mut body: Map<String, Value>) -> Result<Self, Problems> {
        let mut place = Map::new();
        for name in ["link", "event", "organizer"] {
            if let Some(value) = body.shift_remove(name) {
                place.insert(name.to_owned(), value);
            }
        }
        let mut fields = Fields::new(&place);
        let opening = Self {
            link: fields.optional_text("link", 64),
            event: fields.optional_id("event"),
            organizer: fields.optional_text("organizer", 50),
            ..Self::default()
        };
        let mut problems = match fields.finish(()) {
            Ok(()) => Problems::new(),
            Err(problems) => problems,
        };
        let takes_links_items = body.get("items").is_none_or(Value::is_null);
        if takes_links_items {
            body.insert("items".to_owned(), Value::Array(Vec::new()));
        }
        match Selection::parse(&body) {
            Ok(selection) => problems.into_result(Self {
                selection,
                takes_links_items,
                ..opening
            }),
            Err(more) => {
                problems.merge(more);
                Err(problems)
            }
        }
    }

    /// The same, opened elsewhere than in a shop's pages.
    pub fn at(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }

    /// The query of a page's address.
    pub fn of_query(call: &Call) -> Self {
        let mut opening = Self {
            takes_links_items: true,
            ..Self::default()
        };
        for (name, value) in call.query() {
            match name.as_str() {
                crate::links::LINK_PARAMETER => opening.link = Some(value),
                "event" => opening.event = handbill_core::id::parse_id(&value),
                _ => {}
            }
        }
        opening
    }

    /// Where this leads, and what the buyer has then. `own` is the organizer
    /// that opens a basket of its own.
    ///
    /// # Errors
    /// `NotFound` when there is no such place.
    pub async fn place(
        &self,
        call: &Call,
        own: Option<i64>,
    ) -> Result<(Scope, Selection), Failure> {
        let link = self.link_row(call).await?;
        let event = match self.event {
            Some(id) => Some(
                shop::event_seller(&call.db, id)
                    .await?
                    .ok_or(Failure::NotFound)?,
            ),
            None => None,
        };
        let named = match &self.organizer {
            Some(slug) => {
                let organizer = organizers::by_slug(&call.db, slug).await?;
                Some(organizer.ok_or(Failure::NotFound)?.id)
            }
            None => None,
        };
        let of_link = link.as_ref().map(|link| link.organizer_id);
        let organizer_id = own
            .or(event)
            .or(named)
            .or(of_link)
            .ok_or(Failure::NotFound)?;
        // Places that contradict each other are no place.
        if [event, named]
            .into_iter()
            .flatten()
            .any(|seller| seller != organizer_id)
        {
            return Err(Failure::NotFound);
        }
        // A link counts where it sells: its organizer, and its event if it has one.
        let link = link.filter(|link| {
            link.organizer_id == organizer_id
                && (self.event.is_none() || link.event_id.is_none() || link.event_id == self.event)
        });
        let event_id = self.event.or(link.as_ref().and_then(|link| link.event_id));
        let mut selection = self.selection.clone();
        if self.takes_links_items {
            let items = link.as_ref().and_then(LinkRow::items);
            selection.items = Selection::quick_purchase(&items.unwrap_or_default()).items;
        }
        let scope = Scope {
            organizer_id,
            event_id,
            link_id: link.map(|link| link.id),
        };
        Ok((scope, selection))
    }

    async fn link_row(&self, call: &Call) -> Result<Option<LinkRow>, Failure> {
        match self.link.as_deref().and_then(Slug::from_link_path) {
            Some(slug_key) => Ok(links::by_slug(&call.db, &slug_key).await?),
            None => Ok(None),
        }
    }
}

/// Makes a basket and holds what it wants, as far as it is there.
///
/// # Errors
/// As [`Opening::place`].
pub async fn open(
    call: &Call,
    opening: &Opening,
    own: Option<i64>,
) -> Result<(BasketRow, Offer), Failure> {
    let (scope, selection) = opening.place(call, own).await?;
    let now = call.now;
    let offer = offer::read(&call.db, scope, "", None, &selection, now).await?;
    let key = basket_key(&entropy::bytes()?);
    let currency = offer.catalogue.currency.code();
    let text =
        serde_json::to_string(&selection).map_err(|error| Failure::Internal(error.to_string()))?;
    let new = NewBasket {
        key: &key,
        organizer_id: scope.organizer_id,
        link_id: scope.link_id,
        event_id: scope.event_id,
        currency,
        channel: opening.channel.name(),
        selection: &text,
        hold_until: offer.found.organizer.hold_until(now.millis()),
    };
    let look_up = LookUp::of(&selection);
    let wanted = look_up.wanted(scope, &key);
    let lines = offer.basket_lines(&selection);
    let (row, found) = baskets::insert(&call.db, &new, &lines, &wanted, now.millis()).await?;
    let offer = Offer::of(found, scope, Some(currency), &selection, now)?;
    Ok((row, offer))
}
