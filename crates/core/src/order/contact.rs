//! What a buyer may tell of themselves besides (SG-06).

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::fields::Fields;
use crate::problem::Problems;
use crate::time::{FilterTime, parse_filter_time};

/// Most characters of a company's name.
const MAX_COMPANY_CHARS: usize = 200;
/// Most characters of a country, by its name or its code.
const MAX_COUNTRY_CHARS: usize = 100;
/// Most characters of a postal code.
const MAX_POSTAL_CODE_CHARS: usize = 20;
/// Most characters of a town.
const MAX_LOCALITY_CHARS: usize = 100;

/// A gender, in the tickets feed's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gender {
    /// `female`
    Female,
    /// `male`
    Male,
    /// `other`
    Other,
}

impl Gender {
    /// Every gender.
    pub const ALL: [Self; 3] = [Self::Female, Self::Male, Self::Other];

    /// The name in JSON and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
            Self::Other => "other",
        }
    }

    /// The gender of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gender| gender.name() == name)
    }
}

impl Serialize for Gender {
    /// As its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a buyer tells of themselves beyond name and address. What is absent, or
/// null, is not serialised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// Whether they say female, male or other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// On one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// A day, `YYYY-MM-DD`, of the years 1900 to 2100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birthday: Option<String>,
    /// Whether they want the newsletter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newsletter_optin: Option<bool>,
    /// On one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// On one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// On one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
}

impl Contact {
    /// The fields [`Contact::read`] reads.
    pub const FIELDS: &[&str] = &[
        "gender",
        "company_name",
        "birthday",
        "newsletter_optin",
        "country",
        "postal_code",
        "locality",
    ];

    /// Reads a contact's fields of an object that may have others. Each problem is
    /// left with `fields`.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            gender: fields.optional_named(
                "gender",
                Gender::from_name,
                "must be female, male or other",
            ),
            company_name: fields.optional_line("company_name", MAX_COMPANY_CHARS),
            birthday: fields.optional_named(
                "birthday",
                birthday,
                "must be a day like `1990-12-31`, from 1900 to 2100",
            ),
            newsletter_optin: fields.optional_boolean("newsletter_optin"),
            country: fields.optional_line("country", MAX_COUNTRY_CHARS),
            postal_code: fields.optional_line("postal_code", MAX_POSTAL_CODE_CHARS),
            locality: fields.optional_line("locality", MAX_LOCALITY_CHARS),
        }
    }

    /// Reads a contact.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let contact = Self::read(&mut fields);
        fields.refuse_unknown();
        fields.finish(contact)
    }
}

fn birthday(text: &str) -> Option<String> {
    match parse_filter_time(text) {
        Some(FilterTime::Date {
            year: 1900..=2100, ..
        }) => Some(text.to_owned()),
        _ => None,
    }
}
