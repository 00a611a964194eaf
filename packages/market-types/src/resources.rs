//! What a machine has and what a member of an order needs.

use std::fmt;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{StdError, StdResult};

/// A kind of GPU, such as `nvidia-h100-80gb` or `software-vulkan`: 3 to 48 of `a-z 0-9 -`.
#[cw_serde]
#[derive(Eq, PartialOrd, Ord, Hash)]
#[serde(transparent)]
pub struct DeviceClass(pub String);

impl DeviceClass {
    pub const MIN_LEN: usize = 3;
    pub const MAX_LEN: usize = 48;

    /// # Errors
    /// A class that is too short, too long, or has other characters.
    pub fn check(&self) -> StdResult<()> {
        check_word("device class", &self.0, Self::MIN_LEN, Self::MAX_LEN)
    }
}

impl fmt::Display for DeviceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `key = value`, such as `region = eu-west`. Keys and values are words of 1 to 64 of `a-z 0-9 - . /`.
#[cw_serde]
#[derive(Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

impl Attribute {
    /// Attributes a provider may have, and an order may ask for.
    pub const MAX_COUNT: usize = 24;

    /// # Errors
    /// A key or value that is no word of 1 to 64 characters.
    pub fn check(&self) -> StdResult<()> {
        check_word("attribute key", &self.key, 1, 64)?;
        check_word("attribute value", &self.value, 1, 64)
    }
}

fn check_word(what: &str, word: &str, min: usize, max: usize) -> StdResult<()> {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.' | b'/');
    if word.len() < min || word.len() > max || !word.bytes().all(allowed) {
        return Err(StdError::generic_err(format!(
            "{what} {:?} must have {min} to {max} characters of a-z, 0-9, '-', '.', '/'",
            word.chars().take(80).collect::<String>()
        )));
    }
    Ok(())
}

/// What one member of an order needs, on one machine.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    pub gpus: u16,
    /// Least VRAM of each GPU, in MiB.
    pub vram_mib: u32,
    /// Thousandths of a vCPU.
    pub cpu_milli: u32,
    pub ram_mib: u32,
    pub ephemeral_mib: u32,
    pub persistent_mib: u32,
    /// Public TCP or UDP ports.
    pub ports: u16,
}

/// `count` equal machines, each with `each.gpus` devices of `class`.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct MachineGroup {
    pub class: DeviceClass,
    pub count: u16,
    pub each: Resources,
}

impl MachineGroup {
    /// Groups a provider may register.
    pub const MAX_COUNT: usize = 8;
}
