//! What a change of parameters tells.

use cosmwasm_std::Event;
use market_types::events::ParamChanged;

/// One event per parameter whose value is not the same in `old` and `new`. One that is in neither has no value.
pub fn param_changes(old: &[(String, String)], new: &[(String, String)]) -> Vec<Event> {
    let value = |of: &[(String, String)], param: &str| {
        of.iter()
            .find(|(name, _)| name == param)
            .map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| value(new, name).is_none());
    new.iter()
        .chain(gone)
        .map(|(param, _)| (param, value(old, param), value(new, param)))
        .filter(|(_, old, new)| old != new)
        .map(|(param, old, new)| {
            ParamChanged {
                param: param.clone(),
                old: old.unwrap_or_default(),
                new: new.unwrap_or_default(),
            }
            .into()
        })
        .collect()
}
