//! Names instead of the addresses that differ from chain to chain.

use serde_json::Value;

use crate::cast::{Cast, PEOPLE};

pub struct Names(Vec<(String, String)>);

impl Names {
    pub fn of(cast: &Cast) -> Self {
        let wiring = cast.wiring();
        let mut names = vec![
            (wiring.provider_registry.clone(), "<registry>".to_owned()),
            (wiring.order_book.clone(), "<book>".to_owned()),
            (wiring.lease_escrow.clone(), "<escrow>".to_owned()),
            (wiring.attestation.clone(), "<attestation>".to_owned()),
            (wiring.take_rate_burn.clone(), "<take-rate>".to_owned()),
            (cast.usdc.clone(), "<usdc>".to_owned()),
            (cast.lease.clone(), "<lease>".to_owned()),
        ];
        names.extend(
            (0..PEOPLE).map(|person| (cast.address(person).to_owned(), format!("<person {person}>"))),
        );
        Self(names)
    }

    /// The same with names for addresses, in keys as well as in values.
    pub fn mask(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| (self.named(key), self.mask(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Value::Array(items) => items.iter().map(|item| self.mask(item)).collect(),
            Value::String(text) => self.named(text).into(),
            other => other.clone(),
        }
    }

    fn named(&self, text: &str) -> String {
        let replaced = |text: String, (address, name): &(String, String)| text.replace(address, name);
        self.0.iter().fold(text.to_owned(), replaced)
    }
}
