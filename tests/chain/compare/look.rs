//! What is asked of both chains, and what the next moves are chosen by.

use market_types::attestation::{self, BatchResponse};
use market_types::escrow::{self, LeaseResponse};
use market_types::order_book::{self, OrderResponse};
use market_types::{registry, take_rate, LeaseId, OrderId, Page, Paging, ProviderNo, UnixTime};
use serde::Serialize;
use serde_json::Value;

use crate::cast::{Cast, OFFICE, OWNERS, PEOPLE};

/// So many of the newest orders are looked at, and their leases.
const NEWEST: u64 = 24;

/// What stands in the market now.
pub struct Picture {
    pub now: UnixTime,
    pub orders: Vec<OrderResponse>,
    pub leases: Vec<LeaseResponse>,
    pub batches: Vec<BatchResponse>,
}

impl Picture {
    pub async fn of(cast: &Cast) -> Self {
        let mut orders: Vec<OrderResponse> = vec![];
        loop {
            let paging = paging(orders.last().map(|order| order.order));
            let ask = order_book::QueryMsg::Orders { paging };
            let page: Page<OrderResponse, OrderId> = cast.market.book(&ask).await.unwrap();
            orders.extend(page.items);
            if page.next_start_after.is_none() {
                break;
            }
        }
        orders.drain(..orders.len().saturating_sub(NEWEST as usize));
        let before = orders.first().map_or(0, |order| order.order.0.saturating_sub(1));
        let last = LeaseId::new(OrderId(before), LeaseId::MAX_MEMBERS - 1);
        let ask = escrow::QueryMsg::Leases { paging: paging(last) };
        let leases: Page<LeaseResponse, LeaseId> = cast.market.escrow(&ask).await.unwrap();
        let mut batches = vec![];
        for lease in &leases.items {
            batches.extend(cast.market.batches(lease.lease).await.unwrap());
        }
        Self {
            now: cast.engine.now().await,
            orders,
            leases: leases.items,
            batches,
        }
    }
}

fn paging<C>(start_after: Option<C>) -> Paging<C> {
    Paging {
        start_after,
        limit: Some(market_types::page::MAX_LIMIT),
    }
}

/// A query of one of the contracts.
pub struct Ask {
    pub what: &'static str,
    pub contract: String,
    pub query: Value,
}

/// Everything that can be asked about what is in the picture, in the same order on both chains.
pub fn asks(cast: &Cast, picture: &Picture) -> Vec<Ask> {
    let mut asks = Asks { cast, all: vec![] };
    asks.of_registry(picture);
    asks.of_book(picture);
    asks.of_escrow(picture);
    asks.of_attestation(picture);
    asks.of_take_rate();
    asks.all
}

struct Asks<'a> {
    cast: &'a Cast,
    all: Vec<Ask>,
}

impl Asks<'_> {
    fn ask(&mut self, what: &'static str, contract: &str, query: &impl Serialize) {
        self.all.push(Ask {
            what,
            contract: contract.to_owned(),
            query: serde_json::to_value(query).unwrap(),
        });
    }

    fn of_registry(&mut self, picture: &Picture) {
        use registry::QueryMsg;
        let cast = self.cast;
        let contract = &cast.wiring().provider_registry;
        self.ask("registry control", contract, &QueryMsg::Control {});
        self.ask("registry params", contract, &QueryMsg::Params {});
        self.ask("registry solvency", contract, &QueryMsg::Solvency {});
        self.ask(
            "providers",
            contract,
            &QueryMsg::Providers { paging: paging(None) },
        );
        self.ask("burned", contract, &QueryMsg::Burned {});
        for token in [&cast.usdc, &cast.lease] {
            self.ask(
                "bond price",
                contract,
                &QueryMsg::BondPrice { token: token.clone() },
            );
        }
        for class in audit_classes() {
            self.ask("audit table", contract, &QueryMsg::AuditTable { class });
        }
        for person in 0..PEOPLE {
            let address = cast.address(person).to_owned();
            self.ask(
                "claimable",
                contract,
                &QueryMsg::Claimable {
                    address: address.clone(),
                },
            );
            self.ask("whois", contract, &QueryMsg::Whois { address });
        }
        // One of them is no provider.
        for person in OWNERS.into_iter().chain([OFFICE]) {
            let owner = || cast.address(person).to_owned();
            self.ask("provider", contract, &QueryMsg::Provider { owner: owner() });
            self.ask("capacity", contract, &QueryMsg::Capacity { owner: owner() });
            self.ask(
                "agent limits",
                contract,
                &QueryMsg::AgentLimits { owner: owner() },
            );
            self.ask("reputation", contract, &QueryMsg::Reputation { owner: owner() });
            self.ask(
                "audit offers",
                contract,
                &QueryMsg::AuditOffers { owner: owner() },
            );
            self.ask(
                "signed attributes",
                contract,
                &QueryMsg::SignedAttributes { owner: owner() },
            );
            let (commitments, agents) = (owner(), owner());
            let commitments = QueryMsg::Commitments {
                owner: commitments,
                paging: paging(None),
            };
            self.ask("commitments", contract, &commitments);
            let agents = QueryMsg::Agents {
                owner: agents,
                paging: paging(None),
            };
            self.ask("agents", contract, &agents);
        }
        for no in [1, 4] {
            self.ask("operator", contract, &QueryMsg::Operator { no: ProviderNo(no) });
        }
        for lease in &picture.leases {
            self.ask(
                "commitment",
                contract,
                &QueryMsg::Commitment { lease: lease.lease },
            );
        }
    }

    fn of_book(&mut self, picture: &Picture) {
        use order_book::QueryMsg;
        let cast = self.cast;
        let contract = &cast.wiring().order_book;
        self.ask("book control", contract, &QueryMsg::Control {});
        self.ask("book params", contract, &QueryMsg::Params {});
        self.ask(
            "open orders",
            contract,
            &QueryMsg::OpenOrders { paging: paging(None) },
        );
        for order in &picture.orders {
            let order = order.order;
            self.ask("order", contract, &QueryMsg::Order { order });
            let bids = QueryMsg::Bids {
                order,
                paging: paging(None),
            };
            self.ask("bids", contract, &bids);
            let simulate = QueryMsg::SimulateAll {
                order,
                paging: paging(None),
            };
            self.ask("simulate", contract, &simulate);
            let bid = QueryMsg::Bid {
                order,
                provider: cast.address(OWNERS[0]).to_owned(),
            };
            self.ask("bid", contract, &bid);
        }
        let missing = QueryMsg::Order {
            order: OrderId(1 << 40),
        };
        self.ask("no order", contract, &missing);
        let prices = QueryMsg::ClearingPrices {
            class: market_testing::specs::class(market_testing::specs::H100),
            token: cast.usdc.clone(),
        };
        self.ask("clearing prices", contract, &prices);
    }

    fn of_escrow(&mut self, picture: &Picture) {
        use escrow::QueryMsg;
        let cast = self.cast;
        let contract = &cast.wiring().lease_escrow;
        self.ask("escrow control", contract, &QueryMsg::Control {});
        self.ask("escrow params", contract, &QueryMsg::Params {});
        self.ask("escrow solvency", contract, &QueryMsg::Solvency {});
        for token in [&cast.usdc, &cast.lease] {
            self.ask("pools", contract, &QueryMsg::Pools { token: token.clone() });
            for person in 0..PEOPLE {
                let account = QueryMsg::Account {
                    owner: cast.address(person).to_owned(),
                    token: token.clone(),
                };
                self.ask("account", contract, &account);
            }
        }
        for order in &picture.orders {
            self.ask(
                "reservation",
                contract,
                &QueryMsg::Reservation { order: order.order },
            );
        }
        for lease in &picture.leases {
            let lease = lease.lease;
            self.ask("lease", contract, &QueryMsg::Lease { lease });
            self.ask("work", contract, &QueryMsg::Work { lease });
        }
        for no in 1..=OWNERS.len() as u32 {
            let of = QueryMsg::LeasesOfProvider {
                provider: ProviderNo(no),
                paging: paging(None),
            };
            self.ask("leases of provider", contract, &of);
        }
        let of = QueryMsg::LeasesOfTenant {
            tenant: cast.address(crate::cast::TENANTS[0]).to_owned(),
            paging: paging(None),
        };
        self.ask("leases of tenant", contract, &of);
    }

    fn of_attestation(&mut self, picture: &Picture) {
        use attestation::QueryMsg;
        let contract = &self.cast.wiring().attestation;
        self.ask("attestation control", contract, &QueryMsg::Control {});
        self.ask("attestation params", contract, &QueryMsg::Params {});
        self.ask("beacons", contract, &QueryMsg::Beacons { paging: paging(None) });
        for lease in &picture.leases {
            let lease = lease.lease;
            self.ask("lease audits", contract, &QueryMsg::LeaseAudits { lease });
            let batches = QueryMsg::Batches {
                lease,
                paging: paging(None),
            };
            self.ask("batches", contract, &batches);
            let audits = QueryMsg::Audits {
                lease,
                paging: paging(None),
            };
            self.ask("audits", contract, &audits);
        }
    }

    fn of_take_rate(&mut self) {
        use take_rate::QueryMsg;
        let cast = self.cast;
        let contract = &cast.wiring().take_rate_burn;
        self.ask("take-rate control", contract, &QueryMsg::Control {});
        self.ask("take-rate params", contract, &QueryMsg::Params {});
        self.ask("take-rate solvency", contract, &QueryMsg::Solvency {});
        for token in [&cast.usdc, &cast.lease] {
            let token = || token.clone();
            self.ask("rate", contract, &QueryMsg::Rate { token: token() });
            self.ask("totals", contract, &QueryMsg::Totals { token: token() });
            self.ask("lot", contract, &QueryMsg::Lot { token: token() });
            let pay = cosmwasm_std::Uint128::new(10);
            let quote = QueryMsg::Quote { token: token(), pay };
            self.ask("quote", contract, &quote);
        }
    }
}

fn audit_classes() -> Vec<market_types::audit::AuditClass> {
    ["exact", "image/nvidia-h100-80gb"]
        .map(|class| market_types::audit::AuditClass(class.into()))
        .into()
}
