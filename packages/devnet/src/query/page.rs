//! Pages of a list, with the offset of the next as an opaque key.

use cosmrs::proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};

const DEFAULT_LIMIT: usize = 100;

/// The asked page of `items` and where the next one starts. Without a limit, 100.
pub fn of<T>(mut items: Vec<T>, asked: Option<PageRequest>) -> (Vec<T>, Option<PageResponse>) {
    let asked = asked.unwrap_or_default();
    let total = items.len();
    if asked.reverse {
        items.reverse();
    }
    let offset = match <[u8; 8]>::try_from(asked.key.as_slice()) {
        Ok(key) => u64::from_be_bytes(key),
        Err(_) => asked.offset,
    };
    let offset = usize::try_from(offset).unwrap_or(usize::MAX);
    let limit = match usize::try_from(asked.limit) {
        Ok(0) => DEFAULT_LIMIT,
        Ok(limit) => limit,
        Err(_) => usize::MAX,
    };
    let end = offset.saturating_add(limit);
    let next_key = if end < total {
        widen(end).to_be_bytes().to_vec()
    } else {
        Vec::new()
    };
    let total = if asked.count_total { widen(total) } else { 0 };
    (
        items.into_iter().skip(offset).take(limit).collect(),
        Some(PageResponse { next_key, total }),
    )
}

fn widen(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_the_next_key_visits_every_item_once() {
        let mut seen = Vec::new();
        let mut key = Vec::new();
        loop {
            let asked = PageRequest {
                key,
                limit: 3,
                ..PageRequest::default()
            };
            let (items, page) = of((0..8).collect(), Some(asked));
            seen.extend(items);
            key = page.unwrap().next_key;
            if key.is_empty() {
                break;
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }
}
