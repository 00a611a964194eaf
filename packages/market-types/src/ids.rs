//! Identifiers. Each is a newtype with its own storage key, so one cannot stand in for another.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{StdError, StdResult};
use cw_storage_plus::{Key, KeyDeserialize, Prefixer, PrimaryKey};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($int:ty) $variant:ident) => {
        $(#[$doc])*
        #[cw_serde]
        #[derive(Copy, Eq, PartialOrd, Ord, Hash, Default)]
        #[serde(transparent)]
        pub struct $name(pub $int);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }

        impl PrimaryKey<'_> for $name {
            type Prefix = ();
            type SubPrefix = ();
            type Suffix = Self;
            type SuperSuffix = Self;
            fn key(&self) -> Vec<Key<'_>> {
                vec![Key::$variant(self.0.to_be_bytes())]
            }
        }

        impl Prefixer<'_> for $name {
            fn prefix(&self) -> Vec<Key<'_>> {
                vec![Key::$variant(self.0.to_be_bytes())]
            }
        }

        impl KeyDeserialize for $name {
            type Output = Self;
            const KEY_ELEMS: u16 = 1;
            fn from_vec(value: Vec<u8>) -> StdResult<Self> {
                let bytes = value.as_slice().try_into().map_err(|_| {
                    StdError::generic_err(format!(
                        concat!(stringify!($name), " key has {} bytes"),
                        value.len()
                    ))
                })?;
                Ok(Self(<$int>::from_be_bytes(bytes)))
            }
        }
    };
}

id!(
    /// An order, numbered from 1 by the escrow.
    OrderId(u64) Val64
);
id!(
    /// A lease: the order it comes from and the member's place in it, `order * 8 + member`.
    LeaseId(u64) Val64
);
id!(
    /// A provider's number, given at registration from 1. Short, because heartbeat keys carry it.
    ProviderNo(u32) Val32
);
id!(
    /// A batch of receipts within one lease, numbered from 0.
    BatchNo(u32) Val32
);
id!(
    /// A lot of collected fees in the Dutch auction, numbered from 1.
    LotId(u64) Val64
);

impl LeaseId {
    /// Members an order may have.
    pub const MAX_MEMBERS: u8 = 8;

    /// The lease of member `member` (counted from 0) of `order`.
    ///
    /// `None` when `member` is not below [`Self::MAX_MEMBERS`] or the number does not fit.
    pub fn new(order: OrderId, member: u8) -> Option<Self> {
        if member >= Self::MAX_MEMBERS {
            return None;
        }
        order
            .0
            .checked_mul(u64::from(Self::MAX_MEMBERS))?
            .checked_add(u64::from(member))
            .map(Self)
    }

    /// The order this lease was awarded from.
    pub fn order(self) -> OrderId {
        OrderId(self.0 / u64::from(Self::MAX_MEMBERS))
    }

    /// The member's place in its order, from 0.
    pub fn member(self) -> u8 {
        (self.0 % u64::from(Self::MAX_MEMBERS)) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_knows_its_order_and_member() {
        let lease = LeaseId::new(OrderId(41), 7).unwrap();
        assert_eq!((lease.order(), lease.member()), (OrderId(41), 7));
        assert_eq!(LeaseId::new(OrderId(41), 8), None);
        assert_eq!(LeaseId::new(OrderId(u64::MAX / 4), 0), None);
    }

    #[test]
    fn keys_read_back_and_sort_by_number() {
        let key = |n: u64| OrderId(n).joined_key();
        assert_eq!(OrderId::from_vec(key(258)).unwrap(), OrderId(258));
        assert!(key(255) < key(256));
        assert!(OrderId::from_vec(vec![1]).is_err());
    }
}
