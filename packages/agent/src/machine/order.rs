//! An order this provider might serve, until it has an end.

use cosmwasm_std::Uint128;
use market_types::order::AwardRule;
use market_types::order_book::OrderStatus;
use market_types::resources::DeviceClass;
use market_types::{LeaseId, Price, Seconds, UnixTime};
use serde::{Deserialize, Serialize};

use crate::bidding::Own;

/// A bid as it was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub price: Price,
    /// Network tokens; zero on a stream.
    pub work_bond: Uint128,
    /// What it keeps reserved while it could win.
    pub class: DeviceClass,
    pub gpus: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderState {
    Seen,
    /// To be bid; the chain may have it already.
    Planned(Offer),
    /// The chain has this bid.
    Bid(Offer),
    Won {
        lease: LeaseId,
    },
    Over(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The window closed without a bid of ours.
    NotIn,
    Lost,
    Unfilled,
    Cancelled,
    Expired,
}

/// The order as the chain shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderView {
    pub now: UnixTime,
    pub status: OrderStatus,
    pub closes: UnixTime,
    pub expires: UnixTime,
    pub rule: AwardRule,
    pub own: Option<Own>,
    /// The lease, if this provider won.
    pub won: Option<LeaseId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderAction {
    Wait,
    /// Write down what to bid.
    Plan(Offer),
    /// Bring the bid to the chain.
    Send(Offer),
    /// The chain has the bid.
    Placed(Offer),
    /// Crank the award.
    Award,
    /// The order became a lease of ours.
    Adopt(LeaseId),
    End(End),
}

/// Who stands behind the first place cranks the award this much later, place by place: the winner wants it most.
const AWARD_PATIENCE: Seconds = Seconds(30);

/// `wanted` is what the policy would bid now, if anything.
pub fn next(state: &OrderState, view: &OrderView, wanted: Option<Offer>) -> OrderAction {
    if matches!(state, OrderState::Won { .. } | OrderState::Over(_)) {
        return OrderAction::Wait;
    }
    match (view.status, view.won) {
        (_, Some(lease)) => return OrderAction::Adopt(lease),
        (OrderStatus::Awarded, None) => return OrderAction::End(End::Lost),
        (OrderStatus::Unfilled, _) => return OrderAction::End(End::Unfilled),
        (OrderStatus::Cancelled, _) => return OrderAction::End(End::Cancelled),
        (OrderStatus::Expired, _) => return OrderAction::End(End::Expired),
        (OrderStatus::Open, None) => {}
    }
    if view.now >= view.expires {
        return OrderAction::End(End::Expired);
    }
    if let OrderState::Planned(offer) = state {
        if view.own.is_some_and(|own| own.price == offer.price) {
            return OrderAction::Placed(offer.clone());
        }
    }
    if view.now >= view.closes {
        return closed(view);
    }
    match (state, wanted) {
        (OrderState::Planned(offer), Some(wanted)) if *offer == wanted => OrderAction::Send(wanted),
        (_, Some(wanted)) => OrderAction::Plan(wanted),
        (_, None) => OrderAction::Wait,
    }
}

/// Between the end of the window and the expiry.
fn closed(view: &OrderView) -> OrderAction {
    let Some(own) = view.own else {
        return OrderAction::End(End::NotIn);
    };
    if view.rule == AwardRule::TenantPicks {
        return OrderAction::Wait;
    }
    let behind = u64::from(own.place.saturating_sub(1));
    let patience = Seconds(AWARD_PATIENCE.0.saturating_mul(behind));
    match view.now >= view.closes.plus(patience) {
        true => OrderAction::Award,
        false => OrderAction::Wait,
    }
}

impl OrderState {
    /// What is reserved for the order.
    pub fn reserved(&self) -> Option<&Offer> {
        match self {
            Self::Planned(offer) | Self::Bid(offer) => Some(offer),
            Self::Seen | Self::Won { .. } | Self::Over(_) => None,
        }
    }

    pub fn is_over(&self) -> bool {
        matches!(self, Self::Won { .. } | Self::Over(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(price: u128) -> Offer {
        Offer {
            price: Price::new(price),
            work_bond: Uint128::new(9),
            class: DeviceClass("software-vulkan".into()),
            gpus: 1,
        }
    }

    const VIEW: OrderView = OrderView {
        now: UnixTime(50),
        status: OrderStatus::Open,
        closes: UnixTime(100),
        expires: UnixTime(200),
        rule: AwardRule::Lowest,
        own: None,
        won: None,
    };

    fn own(price: u128, place: u32) -> Option<Own> {
        Some(Own {
            price: Price::new(price),
            place,
        })
    }

    #[test]
    fn a_bid_is_written_down_before_it_is_sent() {
        assert_eq!(
            next(&OrderState::Seen, &VIEW, Some(offer(9))),
            OrderAction::Plan(offer(9))
        );
        let planned = OrderState::Planned(offer(9));
        assert_eq!(next(&planned, &VIEW, Some(offer(9))), OrderAction::Send(offer(9)));
    }

    #[test]
    fn a_plan_the_chain_already_has_is_not_sent_again() {
        let view = OrderView {
            own: own(9, 1),
            ..VIEW
        };
        assert_eq!(
            next(&OrderState::Planned(offer(9)), &view, Some(offer(9))),
            OrderAction::Placed(offer(9))
        );
        let late = OrderView {
            now: UnixTime(150),
            ..view
        };
        for view in [view, late] {
            assert_eq!(
                next(&OrderState::Planned(offer(9)), &view, None),
                OrderAction::Placed(offer(9))
            );
        }
    }

    #[test]
    fn an_outdated_plan_is_made_anew() {
        let view = OrderView {
            own: own(9, 2),
            ..VIEW
        };
        assert_eq!(
            next(&OrderState::Planned(offer(8)), &view, Some(offer(7))),
            OrderAction::Plan(offer(7))
        );
        assert_eq!(
            next(&OrderState::Bid(offer(9)), &view, Some(offer(7))),
            OrderAction::Plan(offer(7))
        );
        assert_eq!(next(&OrderState::Bid(offer(9)), &view, None), OrderAction::Wait);
    }

    #[test]
    fn the_leader_cranks_the_award_in_the_first_second_it_may() {
        let at = |now, place| OrderView {
            now: UnixTime(now),
            own: own(9, place),
            ..VIEW
        };
        let bid = OrderState::Bid(offer(9));
        assert_eq!(next(&bid, &at(99, 1), None), OrderAction::Wait);
        assert_eq!(next(&bid, &at(100, 1), None), OrderAction::Award);
        assert_eq!(next(&bid, &at(100, 2), None), OrderAction::Wait);
        assert_eq!(next(&bid, &at(130, 2), None), OrderAction::Award);
        assert_eq!(next(&bid, &at(199, 1), None), OrderAction::Award);
        assert_eq!(next(&bid, &at(200, 1), None), OrderAction::End(End::Expired));
        let picks = OrderView {
            rule: AwardRule::TenantPicks,
            ..at(150, 1)
        };
        assert_eq!(next(&bid, &picks, None), OrderAction::Wait);
    }

    #[test]
    fn no_bid_is_planned_after_the_window() {
        let view = OrderView {
            now: UnixTime(100),
            ..VIEW
        };
        assert_eq!(
            next(&OrderState::Seen, &view, Some(offer(9))),
            OrderAction::End(End::NotIn)
        );
        assert_eq!(
            next(&OrderState::Planned(offer(9)), &view, Some(offer(9))),
            OrderAction::End(End::NotIn)
        );
    }

    #[test]
    fn every_end_frees_what_was_reserved() {
        for (status, end) in [
            (OrderStatus::Awarded, End::Lost),
            (OrderStatus::Unfilled, End::Unfilled),
            (OrderStatus::Cancelled, End::Cancelled),
            (OrderStatus::Expired, End::Expired),
        ] {
            let view = OrderView {
                status,
                own: own(9, 1),
                ..VIEW
            };
            assert_eq!(
                next(&OrderState::Bid(offer(9)), &view, None),
                OrderAction::End(end)
            );
            assert_eq!(OrderState::Over(end).reserved(), None);
        }
    }

    #[test]
    fn a_lease_is_adopted_from_every_state_that_is_not_over() {
        let view = OrderView {
            status: OrderStatus::Awarded,
            won: Some(LeaseId(8)),
            ..VIEW
        };
        for state in [
            OrderState::Seen,
            OrderState::Planned(offer(9)),
            OrderState::Bid(offer(9)),
        ] {
            assert_eq!(next(&state, &view, None), OrderAction::Adopt(LeaseId(8)));
        }
        assert_eq!(
            next(&OrderState::Won { lease: LeaseId(8) }, &view, None),
            OrderAction::Wait
        );
    }
}
