//! Follows the chain by height: which orders and leases changed.

use std::collections::BTreeSet;

use chain_client::{Chain, CursorError, Event, HeightCursor, Mark, Status};
use market_types::audit::AuditId;
use market_types::deployment::Deployment;
use market_types::events::{BeaconAccepted, LeaseOpened, MarketEvent, CHAIN_PREFIX};
use market_types::{LeaseId, OrderId, ProviderNo};

use crate::config::deployment::is_market;

/// Longer gaps are bridged by reading state afresh rather than by replaying every height.
const MAX_REPLAY: u64 = 1_000;

/// What has to be asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub orders: BTreeSet<OrderId>,
    pub leases: BTreeSet<LeaseId>,
    /// Leases that were opened with this provider.
    pub opened: BTreeSet<LeaseId>,
    /// The registry's record of this provider changed.
    pub provider: bool,
    /// A beacon was accepted.
    pub beacon: bool,
    /// Events were missed: everything has to be asked.
    pub all: bool,
    /// The chain was set back: what it showed before may never have been.
    pub set_back: bool,
}

pub struct Watch {
    cursor: HeightCursor,
    me: ProviderNo,
}

impl Watch {
    /// `read`: what the journal remembers.
    pub fn new(chain: Chain, read: Option<Mark>, me: ProviderNo) -> Self {
        let cursor = match read {
            Some(mark) => HeightCursor::resume(chain, mark),
            None => HeightCursor::after(chain, 0),
        };
        Self { cursor, me }
    }

    /// The last height that was read.
    pub fn seen(&self) -> u64 {
        self.cursor.seen()
    }

    /// The block at that height, for the journal.
    pub fn mark(&self) -> Option<Mark> {
        self.cursor.mark()
    }

    /// Reads all heights up to the one of `status`.
    ///
    /// # Errors
    /// The node lags behind what was read ([`CursorError::NodeBehind`]): there is nothing to do but wait. Or it fails half
    /// way: what was read until then is lost to the caller, who has to ask for everything.
    pub async fn advance(
        &mut self,
        deployment: &Deployment,
        status: &Status,
    ) -> Result<Touched, CursorError> {
        let mut touched = Touched::default();
        match self.cursor.observe(status).await {
            Ok(()) if status.height.saturating_sub(self.seen()) > MAX_REPLAY => {
                tracing::info!(from = self.seen(), to = status.height, "too far behind to replay");
                self.cursor.jump(status.into());
                touched.all = true;
            }
            Ok(()) => {}
            Err(error @ CursorError::Pruned { .. }) => {
                tracing::warn!(%error, "reading state afresh");
                self.cursor.jump(status.into());
                touched.all = true;
            }
            Err(error) if error.is_set_back() => {
                tracing::warn!(%error, "reading state afresh");
                self.cursor.start_over(status.into());
                (touched.all, touched.set_back) = (true, true);
            }
            Err(error) => return Err(error),
        }
        while self.seen() < status.height {
            match self.cursor.next_block().await? {
                Some(block) => note(&mut touched, &block.events, deployment, self.me),
                None => break,
            }
        }
        Ok(touched)
    }
}

/// Adds what the events of the market's contracts are about.
fn note(touched: &mut Touched, events: &[Event], deployment: &Deployment, me: ProviderNo) {
    for event in events
        .iter()
        .filter(|event| is_market(deployment, &event.contract))
    {
        let id = |key| event.attribute(key).and_then(|text| text.parse().ok());
        touched.orders.extend(id("order").map(OrderId));
        touched.leases.extend(id("lease").map(LeaseId));
        let audit = event
            .attribute("audit")
            .and_then(|text| text.parse::<AuditId>().ok());
        touched.leases.extend(audit.map(|audit| audit.lease));
        touched.beacon |= event.ty.strip_prefix(CHAIN_PREFIX) == Some(BeaconAccepted::TYPE);
        if id("provider") == Some(me.0.into()) && event.contract == deployment.contracts.provider_registry {
            touched.provider = true;
        }
        if event.ty.strip_prefix(CHAIN_PREFIX) == Some(LeaseOpened::TYPE) {
            // Whoever emitted it, an event that cannot be read is not of this market.
            let opened = LeaseOpened::read(|key| event.attribute(key).map(str::to_owned));
            touched
                .opened
                .extend(opened.ok().filter(|o| o.provider == me).map(|o| o.lease));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain_client::Attribute;
    use market_types::control::Wiring;

    fn deployment() -> Deployment {
        let contracts = Wiring {
            provider_registry: "registry".into(),
            order_book: "book".into(),
            lease_escrow: "escrow".into(),
            attestation: "attestation".into(),
            take_rate_burn: "burn".into(),
            network_token: "token".into(),
        };
        Deployment {
            chain_id: "c".into(),
            governor: "g".into(),
            contracts,
            tokens: Default::default(),
            beacon: None,
        }
    }

    fn event(contract: &str, ty: &str, attributes: &[(&str, &str)]) -> Event {
        let attribute = |(key, value): &(&str, &str)| Attribute {
            key: (*key).into(),
            value: (*value).into(),
        };
        Event {
            height: 1,
            tx_index: Some(0),
            msg_index: None,
            ty: ty.into(),
            contract: contract.into(),
            attributes: attributes.iter().map(attribute).collect(),
        }
    }

    fn noted(events: &[Event]) -> Touched {
        let mut touched = Touched::default();
        note(&mut touched, events, &deployment(), ProviderNo(3));
        touched
    }

    #[test]
    fn events_of_the_market_name_the_orders_and_leases_they_touch() {
        let touched = noted(&[
            event("book", "wasm-bid_placed", &[("order", "7"), ("provider", "4")]),
            event("escrow", "wasm-lease_settled", &[("lease", "56")]),
        ]);
        assert_eq!(touched.orders, [OrderId(7)].into());
        assert_eq!(touched.leases, [LeaseId(56)].into());
        assert!(!touched.provider && !touched.all);
    }

    #[test]
    fn strangers_events_and_values_that_are_no_numbers_touch_nothing() {
        let touched = noted(&[
            event("stranger", "wasm-bid_placed", &[("order", "7")]),
            event("book", "wasm-bid_placed", &[("order", "-1")]),
            event(
                "escrow",
                "wasm-lease_opened",
                &[("lease", "8"), ("provider", "3")],
            ),
        ]);
        assert_eq!(touched.orders, BTreeSet::new());
        // without tenant, price and funds it is no lease_opened
        assert_eq!(touched.opened, BTreeSet::new());
    }

    #[test]
    fn a_lease_opened_with_this_provider_and_no_other_is_its_own() {
        let opened = |lease, provider| {
            let attributes = [
                ("lease", lease),
                ("tenant", "t"),
                ("provider", provider),
                ("price", "5"),
                ("funded", "9"),
            ];
            event("escrow", "wasm-lease_opened", &attributes)
        };
        assert_eq!(
            noted(&[opened("8", "3"), opened("16", "4")]).opened,
            [LeaseId(8)].into()
        );
    }

    #[test]
    fn the_registrys_news_of_this_provider_are_noticed() {
        let news = |no| noted(&[event("registry", "wasm-provider_updated", &[("provider", no)])]).provider;
        assert!(news("3") && !news("4"));
    }
}
