//! Messages of providers and of those who vouch for them.

use anyhow::Result;
use cosmwasm_std::Uint128;
use futures::future::try_join_all;
use market_types::registry::{AgentLimits, ExecuteMsg, Gateway, PriceFloor, ProfileUpdate};
use market_types::{Price, UnixTime};

use super::Town;
use crate::market::TOKEN;
use crate::orders;
use crate::people::{account, agree};
use crate::stage::submit_one;

impl Town {
    pub(super) async fn providing(&mut self) -> Result<()> {
        let (winner, founder) = (self.winner.clone(), self.market.founder.clone());
        let rivals = self.rivals.clone();
        let owner = &winner.owner;
        try_join_all(
            rivals
                .iter()
                .map(|rival| async { submit_one(&rival.owner, self.market.register(rival, 4)?).await }),
        )
        .await?;
        let bonds = rivals.iter().map(|rival| self.market.bond(rival, 5_000 * TOKEN));
        self.bulk(&founder, bonds.collect::<Result<_>>()?).await?;

        self.note("registry: register", owner, self.market.register(&winner, 16)?)
            .await?;
        let more = self.market.bond(&winner, 100_000 * TOKEN)?;
        self.bulk(&founder, vec![more]).await?;
        let bond = self.market.bond(&winner, 1_000 * TOKEN)?;
        self.note("registry: bond more", owner, bond).await?;

        let limits = AgentLimits {
            floors: vec![PriceFloor {
                class: orders::class(),
                token: self.market.usdc.clone(),
                per_gpu_hour: Price::new(orders::PRICE / 2),
                per_unit: Price::new(orders::PRICE / 2),
            }],
            max_lease_bond: Some(Uint128::new(1_000 * TOKEN)),
            max_work_bond: Some(Uint128::new(1_000 * TOKEN)),
        };
        self.registry(
            "registry: set agent limits",
            0,
            ExecuteMsg::SetAgentLimits(limits),
        )
        .await?;
        let profile = ProfileUpdate {
            gateway: Some(Gateway {
                url: "http://gateway.example.org:8443".into(),
                tls_fingerprint: None,
            }),
            ..ProfileUpdate::default()
        };
        self.registry("registry: update profile", 0, ExecuteMsg::Update(profile))
            .await?;
        let (provider, attributes) = (owner.address().to_owned(), orders::attributes());
        let sign = self.market.registry(&ExecuteMsg::SignAttributes {
            provider: provider.clone(),
            attributes: attributes.clone(),
        })?;
        self.note("registry: sign 3 attributes", &founder, sign).await?;
        let revoke = self
            .market
            .registry(&ExecuteMsg::RevokeAttributes { provider, attributes })?;
        self.note("registry: revoke 3 attributes", &founder, revoke)
            .await?;
        let price = self.market.registry(&ExecuteMsg::SetBondPrice {
            token: self.market.usdc.clone(),
            price: Uint128::new(TOKEN),
        })?;
        self.note("registry: set bond price", &founder, price).await?;

        // The last few take no part in what follows.
        let from = UnixTime(self.now().await? + 25 * 3_600);
        let until = UnixTime(from.0 + 3_600);
        self.registry(
            "registry: announce maintenance",
            21,
            ExecuteMsg::AnnounceMaintenance { from, until },
        )
        .await?;
        let next = account(founder.chain(), "next agent")?;
        let agent = agree(
            &next,
            rivals[21].owner.address(),
            &self.market.at.provider_registry,
        )?;
        self.registry(
            "registry: rotate agent key",
            22,
            ExecuteMsg::RotateAgent { agent },
        )
        .await?;
        let amount = Uint128::new(1_000 * TOKEN);
        self.registry("registry: unbond", 23, ExecuteMsg::Unbond { amount })
            .await?;
        self.registry("registry: retire", 24, ExecuteMsg::Retire {}).await
    }

    /// From the owner of provider number `who`: 0 the winner, then the rivals.
    async fn registry(&mut self, name: &'static str, who: usize, msg: ExecuteMsg) -> Result<()> {
        let owner = match who {
            0 => self.winner.owner.clone(),
            rival => self.rivals[rival - 1].owner.clone(),
        };
        let message = self.market.registry(&msg)?;
        self.note(name, &owner, message).await?;
        Ok(())
    }
}
