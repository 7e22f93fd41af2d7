//! Where tickets stand in their lives (SG-07).

use handbill_core::order::{TicketFacts, TicketState};

#[test]
fn sg_07_each_state_has_a_name_of_the_document() {
    let names: Vec<&str> = TicketState::ALL.iter().map(|state| state.name()).collect();
    assert_eq!(
        names,
        [
            "valid",
            "pending_approval",
            "payment_plan_pending",
            "canceled",
            "refunded",
            "resold",
            "rejected"
        ]
    );
    for state in TicketState::ALL {
        assert_eq!(TicketState::from_name(state.name()), Some(state));
    }
    for name in ["", "void", "Valid", "cancelled", "approval"] {
        assert_eq!(TicketState::from_name(name), None, "{name}");
    }
}

#[test]
fn sg_07_what_was_said_counts_before_money_and_money_before_waiting() {
    let reasons = [
        None,
        Some("canceled"),
        Some("refunded"),
        Some("resold"),
        Some("rejected"),
    ];
    for void_reason in reasons {
        for pending in [None, Some("approval"), Some("payment_plan")] {
            for is_refunded in [false, true] {
                let ticket = TicketFacts {
                    is_void: true,
                    void_reason,
                    pending,
                    is_refunded,
                };
                let unsaid = if is_refunded { "refunded" } else { "canceled" };
                let state = TicketState::of(&ticket).name();
                assert_eq!(state, void_reason.unwrap_or(unsaid), "{ticket:?}");
            }
        }
    }
    for (pending, waits) in [
        (None, "valid"),
        (Some("approval"), "pending_approval"),
        (Some("payment_plan"), "payment_plan_pending"),
    ] {
        for (is_refunded, name) in [(false, waits), (true, "refunded")] {
            let ticket = TicketFacts {
                pending,
                is_refunded,
                ..TicketFacts::default()
            };
            assert_eq!(TicketState::of(&ticket).name(), name, "{ticket:?}");
        }
    }
}
