//! What a provider has, as people write it: attributes, device classes, machines.

use anyhow::Result;
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};

use crate::failure::UsageError;

/// `KEY=VALUE`
///
/// # Errors
/// Another form, or other characters than attributes have.
pub fn parse_attribute(text: &str) -> Result<Attribute> {
    let (key, value) = text.split_once('=').ok_or_else(|| form(text, "KEY=VALUE"))?;
    let attribute = Attribute {
        key: key.into(),
        value: value.into(),
    };
    let words = |_| {
        form(
            text,
            "KEY=VALUE of 1 to 64 characters each of a-z, 0-9, '-', '.', '/'",
        )
    };
    attribute.check().map_err(words)?;
    Ok(attribute)
}

/// # Errors
/// Other characters than a device class has.
pub fn parse_class(text: &str) -> Result<DeviceClass> {
    let class = DeviceClass(text.into());
    let word = |_| {
        form(
            text,
            "a device class: 3 to 48 characters of a-z, 0-9, '-', '.', '/'",
        )
    };
    class.check().map_err(word)?;
    Ok(class)
}

const MACHINE: &str =
    "CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB, such as nvidia-h100-80gb:5:8:81920:96:1048576";

/// `CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB`
///
/// # Errors
/// Another form, or a figure that does not fit its field.
pub fn parse_machine(text: &str) -> Result<MachineGroup> {
    let parts: Vec<&str> = text.split(':').collect();
    let [class, count, gpus, vram, cpu, ram] = parts.as_slice() else {
        return Err(form(text, MACHINE).into());
    };
    let number = |part: &str| part.parse::<u32>().map_err(|_| form(text, MACHINE));
    let small = |part: &str| part.parse::<u16>().map_err(|_| form(text, MACHINE));
    Ok(MachineGroup {
        class: parse_class(class)?,
        count: small(count)?,
        each: Resources {
            gpus: small(gpus)?,
            vram_mib: number(vram)?,
            cpu_milli: number(cpu)?
                .checked_mul(1_000)
                .ok_or_else(|| form(text, MACHINE))?,
            ram_mib: number(ram)?,
            ephemeral_mib: 102_400,
            persistent_mib: 102_400,
            ports: 64,
        },
    })
}

/// The refusal of what is not written as `form` says.
pub fn form(text: &str, form: &'static str) -> UsageError {
    UsageError::Form {
        text: text.into(),
        form,
    }
}
