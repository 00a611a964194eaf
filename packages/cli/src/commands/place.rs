//! What a tenant writes on the command line, as an order.

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use cosmwasm_std::{Binary, Uint128};
use market_types::escrow::Hook;
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, Signatures,
    StreamLength,
};
use market_types::resources::Resources;
use market_types::{BasisPoints, Hash32, OrderId, Price, Seconds};

use super::machine::{parse_attribute, parse_class};
use crate::amount::{parse_time, parse_work, PriceTag, Scale, Work};
use crate::context::Acting;
use crate::failure::UsageError;

#[derive(Args, Debug, Clone)]
pub struct Place {
    /// Device class, or several to choose from
    #[arg(long, required = true)]
    pub class: Vec<String>,
    /// GPUs of the lease, on one machine
    #[arg(long, default_value_t = 1)]
    pub gpus: u16,
    /// "48 frames"; "1.5 GPU-hours" for a service; "open" for a service that runs until its deposit is spent
    #[arg(long)]
    pub work: String,
    /// Highest price: 2.50/h for a service, 0.02/frame for units
    #[arg(long)]
    pub max_price: String,
    /// SHA-256 of the manifest
    #[arg(long, value_name = "HEX")]
    pub manifest_digest: String,
    /// KEY=VALUE the provider must have, repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub attribute: Vec<String>,
    /// How long bids are taken
    #[arg(long, default_value = "60s")]
    pub window: String,
    /// How long after that the award may be made
    #[arg(long, default_value = "1h")]
    pub award_within: String,
    #[arg(long, value_enum, default_value_t = Award::Lowest)]
    pub award: Award,
    /// Pay the winner the next bid's price instead of its own
    #[arg(long)]
    pub second_price: bool,
    /// How results are compared
    #[arg(long, value_enum, default_value_t = Comparison::Exact)]
    pub comparison: Comparison,
    /// Least reputation, in percent
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=100))]
    pub min_reputation: u16,
    /// Longest time of a unit
    #[arg(long, default_value = "2m")]
    pub unit_deadline: String,
    /// Time to deliver the inputs, or to get ready
    #[arg(long, default_value = "10m")]
    pub start_timeout: String,
    /// A batch must come this often
    #[arg(long, default_value = "10m")]
    pub progress_timeout: String,
    /// A service's tenant confirms this often that it works; `never` turns it off
    #[arg(long, default_value = "24h")]
    pub ack_every: String,
    /// Notice the provider of a service must give
    #[arg(long, default_value = "0s")]
    pub notice: String,
    /// Only these owners (addresses or names of keys) may win, repeated
    #[arg(long)]
    pub allow: Vec<String>,
    /// These owners may not, repeated
    #[arg(long)]
    pub deny: Vec<String>,
    #[command(flatten)]
    pub terms: Terms,
    /// What a job needs beside GPUs, from its manifest; stands before what `terms` says of it
    #[arg(skip)]
    pub resources: Option<Resources>,
}

/// What an order may also say.
#[derive(Args, Debug, Clone, Default)]
pub struct Terms {
    /// With --work open: the money the service runs until it is spent
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub deposit: Option<String>,
    /// Second price: what is paid without a next bid, as the maximum is written [default: the winner's own bid]
    #[arg(long, value_name = "PRICE")]
    pub reserve_price: Option<String>,
    /// This auditor must have signed every --attribute; repeated: all of them
    #[arg(long, value_name = "AUDITOR", conflicts_with = "signed_by_any")]
    pub signed_by: Vec<String>,
    /// One of these auditors must have signed every --attribute; repeated
    #[arg(long, value_name = "AUDITOR")]
    pub signed_by_any: Vec<String>,
    /// The provider may close at any time without penalty
    #[arg(long)]
    pub interruptible: bool,
    /// Take providers in a class with fewer than five operators who could audit the work
    #[arg(long)]
    pub thin_audit: bool,
    /// Least VRAM of each GPU
    #[arg(long, value_name = "MIB", default_value_t = 0)]
    pub vram_mib: u32,
    /// Least vCPUs, such as 2 or 0.5
    #[arg(long, value_name = "VCPUS")]
    pub cpu: Option<String>,
    /// Least memory
    #[arg(long, value_name = "MIB", default_value_t = 0)]
    pub ram_mib: u32,
    /// Least disk that goes with the lease
    #[arg(long, value_name = "MIB", default_value_t = 0)]
    pub disk_mib: u32,
    /// Least disk that outlives a restart
    #[arg(long, value_name = "MIB", default_value_t = 0)]
    pub persistent_mib: u32,
    /// Public ports
    #[arg(long, default_value_t = 0)]
    pub ports: u16,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Award {
    Lowest,
    BestScore,
    TenantPicks,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Comparison {
    Exact,
    Image,
    Vector,
    Tokens,
    None,
}

impl From<Comparison> for ComparisonClass {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Exact => Self::Exact,
            Comparison::Image => Self::Image,
            Comparison::Vector => Self::Vector,
            Comparison::Tokens => Self::Tokens,
            Comparison::None => Self::None,
        }
    }
}

impl From<Award> for AwardRule {
    fn from(award: Award) -> Self {
        match award {
            Award::Lowest => Self::Lowest,
            Award::BestScore => Self::BestScore,
            Award::TenantPicks => Self::TenantPicks,
        }
    }
}

impl Terms {
    fn resources(&self, gpus: u16) -> Result<Resources> {
        let milli = match &self.cpu {
            None => 0,
            Some(text) => {
                let milli = Scale::Decimals(3).parse(text)?;
                u32::try_from(milli.u128()).map_err(|_| UsageError::TooLarge {
                    what: "--cpu",
                    bits: 32,
                })?
            }
        };
        Ok(Resources {
            gpus,
            vram_mib: self.vram_mib,
            cpu_milli: milli,
            ram_mib: self.ram_mib,
            ephemeral_mib: self.disk_mib,
            persistent_mib: self.persistent_mib,
            ports: self.ports,
        })
    }

    fn signatures(&self) -> Option<Signatures<String>> {
        if !self.signed_by.is_empty() {
            return Some(Signatures::AllOf(self.signed_by.clone()));
        }
        (!self.signed_by_any.is_empty()).then(|| Signatures::AnyOf(self.signed_by_any.clone()))
    }
}

impl Place {
    /// The order, and the money it reserves.
    ///
    /// # Errors
    /// Something is not written as it should be, or work and price do not fit together.
    pub fn spec(&self, scale: Scale, session_key: Option<Binary>) -> Result<(OrderSpec<String>, Uint128)> {
        let work = parse_work(&self.work)?;
        let max_price = price_for(work, scale, &self.work, &self.max_price)?;
        let reserve_price = self.terms.reserve_price.as_ref();
        let reserve_price = reserve_price
            .map(|text| price_for(work, scale, &self.work, text))
            .transpose()?;
        let (rail, reserved) = self.rail(work, max_price, scale)?;
        let spec = OrderSpec {
            needs: self.needs()?,
            rail,
            max_price,
            reserve_price,
            comparison: self.comparison.into(),
            window: parse_time(&self.window)?,
            award_within: parse_time(&self.award_within)?,
            award: self.award.into(),
            pricing: if self.second_price {
                Pricing::SecondPrice
            } else {
                Pricing::PayAsBid
            },
            members: 1,
            on_provider_failure: OnProviderFailure::Refund,
            interruptible: self.terms.interruptible,
            manifest: parse_digest(&self.manifest_digest)?,
            session_key,
            thin_audit: self.terms.thin_audit,
        };
        Ok((spec, reserved))
    }

    fn needs(&self) -> Result<Requirements<String>> {
        let attributes = self.attribute.iter().map(|text| parse_attribute(text));
        Ok(Requirements {
            resources: match &self.resources {
                Some(resources) => resources.clone(),
                None => self.terms.resources(self.gpus)?,
            },
            classes: self
                .class
                .iter()
                .map(|text| parse_class(text))
                .collect::<Result<_>>()?,
            attributes: attributes.collect::<Result<_>>()?,
            signatures: self.terms.signatures(),
            allow: self.allow.clone(),
            deny: self.deny.clone(),
            min_reputation: BasisPoints(self.min_reputation.saturating_mul(100)),
        })
    }

    /// The rail, and what it costs at most.
    fn rail(&self, work: Work, max_price: Price, scale: Scale) -> Result<(Rail, Uint128)> {
        let too_large = |_| UsageError::TooLarge {
            what: "the price of it all",
            bits: 128,
        };
        let deposit = match (work, &self.terms.deposit) {
            (Work::Open, None) => return Err(UsageError::NoDeposit.into()),
            (Work::Open, Some(deposit)) => scale.parse(deposit)?,
            (_, Some(_)) => return Err(UsageError::Deposit.into()),
            (_, None) => Uint128::zero(),
        };
        match work {
            Work::Units(units) => {
                let rail = Rail::Task {
                    units,
                    unit_deadline: parse_time(&self.unit_deadline)?,
                    start_timeout: parse_time(&self.start_timeout)?,
                    progress_timeout: parse_time(&self.progress_timeout)?,
                    start_fee: None,
                };
                let total = max_price.0.checked_mul(units.into());
                Ok((rail, total.map_err(too_large)?))
            }
            Work::GpuTime(time) => {
                if self.gpus == 0 {
                    return Err(UsageError::NoGpu.into());
                }
                let duration = Seconds(time.0.div_ceil(u64::from(self.gpus)));
                let seconds = max_price.0.checked_mul(duration.0.into()).map_err(too_large)?;
                let reserved = seconds.u128().div_ceil(3_600);
                Ok((self.stream(StreamLength::Fixed(duration))?, reserved.into()))
            }
            Work::Open => Ok((self.stream(StreamLength::OpenEnded { deposit })?, deposit)),
        }
    }

    fn stream(&self, length: StreamLength) -> Result<Rail> {
        Ok(Rail::Stream {
            length,
            ack_every: match self.ack_every.as_str() {
                "never" => None,
                time => Some(parse_time(time)?),
            },
            start_timeout: parse_time(&self.start_timeout)?,
            notice: parse_time(&self.notice)?,
        })
    }

    /// With names of keys replaced by their addresses.
    fn with_addresses(&self, acting: &Acting) -> Result<Self> {
        let mut place = self.clone();
        for list in [
            &mut place.allow,
            &mut place.deny,
            &mut place.terms.signed_by,
            &mut place.terms.signed_by_any,
        ] {
            for name in list {
                *name = acting.global.address(&acting.market.chain, Some(name.as_str()))?;
            }
        }
        Ok(place)
    }
}

/// `text` as a price of `work`, whose words are `written`.
///
/// # Errors
/// It is no price, or one of something else.
fn price_for(work: Work, scale: Scale, written: &str, text: &str) -> Result<Price> {
    match (work, scale.parse_price(text)?) {
        (Work::Units(_), PriceTag::PerUnit(price)) => Ok(price),
        (Work::GpuTime(_) | Work::Open, PriceTag::PerHour(price)) => Ok(price),
        (Work::Units(_), PriceTag::PerHour(_)) => Err(UsageError::PerUnit {
            work: written.into(),
            price: text.into(),
        }
        .into()),
        (_, PriceTag::PerUnit(_)) => Err(UsageError::PerHour {
            work: written.into(),
            price: text.into(),
        }
        .into()),
    }
}

/// 64 hexadecimal digits, with or without `sha256:` before them.
///
/// # Errors
/// Anything else.
pub fn parse_digest(text: &str) -> Result<Hash32, UsageError> {
    text.trim_start_matches("sha256:")
        .parse()
        .map_err(|_| UsageError::Form {
            text: text.into(),
            form: "a SHA-256 digest of 64 hexadecimal digits",
        })
}

/// Place an order with money from the wallet, in one transaction.
///
/// # Errors
/// The order is malformed, or the chain refuses it.
pub async fn place(acting: &Acting, place: &Place) -> Result<OrderId> {
    let (token, scale) = acting.payment()?;
    let session_key = Binary::from(acting.signer.key().public_key().as_bytes().as_slice());
    let place = place.with_addresses(acting)?;
    let (spec, reserved) = place.spec(scale, Some(session_key))?;
    let hook = Hook::PlaceOrder(Box::new(spec));
    let escrow = &acting.market.deployment.contracts.lease_escrow;
    let outcome = acting.send(&token.address, escrow, reserved, &hook).await?;
    let order = outcome.attribute("wasm-order_placed", "order");
    Ok(order
        .context("the escrow did not say the order's number")?
        .parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(work: &str, max_price: &str) -> Place {
        Place {
            class: vec!["software-vulkan".into()],
            gpus: 2,
            work: work.into(),
            max_price: max_price.into(),
            manifest_digest: "ab".repeat(32),
            attribute: vec![],
            window: "60s".into(),
            award_within: "1h".into(),
            award: Award::Lowest,
            second_price: false,
            comparison: Comparison::Exact,
            min_reputation: 0,
            unit_deadline: "2m".into(),
            start_timeout: "10m".into(),
            progress_timeout: "10m".into(),
            ack_every: "24h".into(),
            notice: "0s".into(),
            allow: vec![],
            deny: vec![],
            terms: Terms::default(),
            resources: None,
        }
    }

    const SIX: Scale = Scale::Decimals(6);

    fn refusal(place: &Place) -> UsageError {
        place.spec(SIX, None).unwrap_err().downcast().unwrap()
    }

    #[test]
    fn an_order_reserves_what_it_costs_at_most() {
        for (work, price, reserved) in [
            ("48 frames", "0.05/frame", 2_400_000),
            // Two GPUs: half an hour, rounded up to a base unit.
            ("1 GPU-hours", "2.50/h", 1_250_000),
            ("1 GPU-hours", "0.000001/h", 1),
        ] {
            let (_, found) = order(work, price).spec(SIX, None).unwrap();
            assert_eq!(found, Uint128::new(reserved), "{work} at {price}");
        }
    }

    #[test]
    fn an_open_ended_service_reserves_its_deposit() {
        let mut place = order("open", "2.50/h");
        assert_eq!(refusal(&place), UsageError::NoDeposit);
        place.terms.deposit = Some("50".into());
        let (spec, reserved) = place.spec(SIX, None).unwrap();
        assert_eq!(reserved, Uint128::new(50_000_000));
        assert!(matches!(
            spec.rail,
            Rail::Stream { length: StreamLength::OpenEnded { deposit }, .. } if deposit == reserved
        ));
        place.work = "1 GPU-hours".into();
        assert_eq!(refusal(&place), UsageError::Deposit);
    }

    #[test]
    fn units_are_priced_per_unit_and_services_per_hour() {
        assert!(matches!(
            refusal(&order("48 frames", "2.50/h")),
            UsageError::PerUnit { .. }
        ));
        for work in ["1 GPU-hours", "open"] {
            assert!(matches!(
                refusal(&order(work, "2.50/frame")),
                UsageError::PerHour { .. }
            ));
        }
        let mut place = order("48 frames", "0.05/frame");
        place.terms.reserve_price = Some("2.50/h".into());
        assert!(matches!(refusal(&place), UsageError::PerUnit { .. }));
    }

    #[test]
    fn products_beyond_128_bits_are_refused() {
        let huge = format!("{}/frame", u128::MAX / 1_000_000);
        assert!(matches!(
            refusal(&order("48 frames", &huge)),
            UsageError::TooLarge { .. }
        ));
        let mut none = order("1 GPU-hours", "1/h");
        none.gpus = 0;
        assert_eq!(refusal(&none), UsageError::NoGpu);
    }

    #[test]
    fn a_digest_is_64_hexadecimal_digits() {
        for digest in ["", "zz", "abab", &"ab".repeat(33)] {
            let mut place = order("48 frames", "0.05/frame");
            place.manifest_digest = digest.into();
            assert!(matches!(refusal(&place), UsageError::Form { .. }), "{digest}");
        }
    }

    #[test]
    fn needs_are_what_the_terms_say_unless_a_manifest_does() {
        let mut place = order("48 frames", "0.05/frame");
        place.terms.vram_mib = 8_192;
        place.terms.cpu = Some("0.5".into());
        place.terms.signed_by_any = vec!["auditor".into()];
        let needs = place.spec(SIX, None).unwrap().0.needs;
        assert_eq!((needs.resources.gpus, needs.resources.vram_mib), (2, 8_192));
        assert_eq!(needs.resources.cpu_milli, 500);
        assert_eq!(needs.signatures, Some(Signatures::AnyOf(vec!["auditor".into()])));
        let of_manifest = Resources {
            vram_mib: 64,
            ..needs.resources
        };
        place.resources = Some(of_manifest.clone());
        assert_eq!(place.spec(SIX, None).unwrap().0.needs.resources, of_manifest);
    }
}
