//! What an issued ticket is good for (BK-10, SG-07).

/// What is known of a ticket that its state depends on; names as they are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TicketFacts<'a> {
    /// Whether it is void, for ever.
    pub is_void: bool,
    /// Why it is void, where somebody said so: the name of a [`TicketState`].
    pub void_reason: Option<&'a str>,
    /// What it waits for before it is valid: `approval` or `payment_plan`.
    pub pending: Option<&'a str>,
    /// Whether all that was paid for its order went back.
    pub is_refunded: bool,
}

/// Where a ticket stands in its life (SG-07).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TicketState {
    /// It lets somebody in.
    Valid,
    /// It waits for the organizer's approval.
    PendingApproval,
    /// It waits for the last payment of a plan.
    PaymentPlanPending,
    /// Void, and neither what somebody said nor its order's money tells more.
    Canceled,
    /// Its money went back. It is void, unless only the money was spoken of.
    Refunded,
    /// Void: somebody else has another ticket for it.
    Resold,
    /// Void: the organizer did not approve it.
    Rejected,
}

impl TicketState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Valid,
        Self::PendingApproval,
        Self::PaymentPlanPending,
        Self::Canceled,
        Self::Refunded,
        Self::Resold,
        Self::Rejected,
    ];

    /// Why a ticket can be made void by hand.
    pub const VOID_REASONS: [Self; 3] = [Self::Canceled, Self::Refunded, Self::Resold];

    /// The state of a ticket. What somebody said of it counts more than what became of
    /// its order's money, and that more than what it waits for.
    #[must_use]
    pub fn of(ticket: &TicketFacts<'_>) -> Self {
        let said = ticket.void_reason.and_then(Self::from_name);
        match (ticket.is_void, said, ticket.pending) {
            (true, Some(reason), _) => reason,
            _ if ticket.is_refunded => Self::Refunded,
            (true, None, _) => Self::Canceled,
            (false, _, Some("payment_plan")) => Self::PaymentPlanPending,
            (false, _, Some(_)) => Self::PendingApproval,
            (false, _, None) => Self::Valid,
        }
    }

    /// The name in JSON, and of a reason in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::PendingApproval => "pending_approval",
            Self::PaymentPlanPending => "payment_plan_pending",
            Self::Canceled => "canceled",
            Self::Refunded => "refunded",
            Self::Resold => "resold",
            Self::Rejected => "rejected",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
