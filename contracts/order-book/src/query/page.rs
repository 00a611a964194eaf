use cosmwasm_std::StdResult;
use market_types::{Page, Paging};

/// The first entries of `entries`, as many as `paging` asks for and at least one. `cursor` is where the next page begins.
pub fn page<T, C>(
    paging: &Paging<C>,
    entries: impl Iterator<Item = StdResult<T>>,
    cursor: impl Fn(&T) -> C,
) -> StdResult<Page<T, C>> {
    let limit = paging.limit();
    let mut items = entries.take(limit + 1).collect::<StdResult<Vec<_>>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page {
        next_start_after: items.last().filter(|_| more).map(cursor),
        items,
    })
}
