//! What a link is for (SP-08).

use serde::{Serialize, Serializer};

/// The kind of a link. The numbers are those of the tracking-links API (`via`)
/// where it has one; they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Shared by staff.
    Employee = 1,
    /// Of the organizer itself.
    Venue = 2,
    /// Shared by partners and promoters.
    Affiliate = 3,
    /// Opens the checkout with a basket.
    QuickPurchase = 4,
    /// Of one event, with a URL on its page (PX-06).
    Campaign = 5,
    /// The system's reminder of an abandoned basket.
    AbandonedBasket = 20,
    /// The system's link to a held basket.
    HeldBasket = 21,
    /// The system's link to renew a membership.
    MembershipRenewal = 22,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Employee,
        Self::Venue,
        Self::Affiliate,
        Self::QuickPurchase,
        Self::Campaign,
        Self::AbandonedBasket,
        Self::HeldBasket,
        Self::MembershipRenewal,
    ];

    /// The stored number.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    /// The kind of a stored number.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The name in the management API.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Venue => "venue",
            Self::Affiliate => "affiliate",
            Self::QuickPurchase => "quick_purchase",
            Self::Campaign => "campaign",
            Self::AbandonedBasket => "abandoned_basket",
            Self::HeldBasket => "held_basket",
            Self::MembershipRenewal => "membership_renewal",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the tracking-links API makes links of this kind (SP-08). It shows all
    /// that people make, campaigns too.
    #[must_use]
    pub fn may_make_in_tracking_links(self) -> bool {
        matches!(
            self,
            Self::Employee | Self::Venue | Self::Affiliate | Self::QuickPurchase
        )
    }

    /// Whether people make links of this kind; the others are the system's.
    #[must_use]
    pub fn is_user_made(self) -> bool {
        self.may_make_in_tracking_links() || self == Self::Campaign
    }

    /// Whether `PUT` of the tracking-links API may change such a link (SP-05).
    #[must_use]
    pub fn may_update_in_tracking_links(self) -> bool {
        self == Self::QuickPurchase
    }
}

impl Serialize for Kind {
    /// As its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
