//! Counts what contracts read and write, where gas is counted: at the contract's own storage.
//!
//! Codes of contracts know nothing of who runs them, so the counts lie in the thread.

use std::cell::RefCell;

use cosmwasm_std::{Binary, Deps, DepsMut, Empty, Env, MessageInfo, Order, Record, Reply, Response, Storage};
use cw_multi_test::error::AnyResult;
use cw_multi_test::Contract;
use market_testing::chain::Code;

/// What a message costs in storage, over all contracts it reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Keys looked up, and entries and ends of ranges stepped over.
    pub reads: u64,
    /// Keys written or removed.
    pub writes: u64,
    /// Of keys and values, read and written.
    pub bytes: u64,
}

/// A record holds a few numbers, and a number ten thousand times as large is a few digits longer.
const DIGITS: u64 = 16;

impl Tally {
    fn count(&mut self, key: &[u8], value: &[u8]) {
        self.bytes += (key.len() + value.len()) as u64;
    }

    /// The same reads and writes, and bytes that differ by no more than the digits of numbers in the records touched.
    pub fn equals(&self, other: &Self) -> bool {
        let touched = self.reads + self.writes;
        (self.reads, self.writes) == (other.reads, other.writes)
            && self.bytes.abs_diff(other.bytes) <= DIGITS * touched
    }
}

/// A key as it was before a write.
pub struct Before {
    pub contract: String,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

#[derive(Default)]
struct Book {
    tally: Tally,
    /// Kept from the first [`mark`] on.
    undo: Option<Vec<Before>>,
}

thread_local! {
    static BOOK: RefCell<Book> = RefCell::default();
}

fn note(note: impl FnOnce(&mut Book)) {
    BOOK.with(|book| note(&mut book.borrow_mut()));
}

/// The counts since the last call.
pub fn take() -> Tally {
    BOOK.with(|book| std::mem::take(&mut book.borrow_mut().tally))
}

/// What was written since the last call, latest first; everything from now on is noted.
pub fn mark() -> Vec<Before> {
    let written = BOOK.with(|book| book.borrow_mut().undo.replace(vec![]));
    written.into_iter().flatten().rev().collect()
}

/// Note a change that no contract made.
pub fn note_change(contract: &str, key: &[u8], value: Option<Vec<u8>>) {
    note(|book| {
        if let Some(undo) = &mut book.undo {
            undo.push(Before {
                contract: contract.into(),
                key: key.to_vec(),
                value,
            });
        }
    });
}

/// Note nothing more.
pub fn unmark() {
    note(|book| book.undo = None);
}

/// Put the counter around the code of contract `name`.
pub fn counted(name: &str, code: Code) -> Code {
    let name = name.to_string();
    Box::new(Counted { name, code })
}

struct Counted {
    name: String,
    code: Code,
}

impl Counted {
    fn run<R>(&self, deps: DepsMut, run: impl FnOnce(&Code, DepsMut) -> R) -> R {
        let mut storage = Ledger {
            name: &self.name,
            inner: deps.storage,
        };
        let (api, querier) = (deps.api, deps.querier);
        let storage = &mut storage;
        run(
            &self.code,
            DepsMut {
                storage,
                api,
                querier,
            },
        )
    }
}

impl Contract<Empty> for Counted {
    fn instantiate(&self, deps: DepsMut, env: Env, info: MessageInfo, msg: Vec<u8>) -> AnyResult<Response> {
        self.run(deps, |code, deps| code.instantiate(deps, env, info, msg))
    }

    fn execute(&self, deps: DepsMut, env: Env, info: MessageInfo, msg: Vec<u8>) -> AnyResult<Response> {
        self.run(deps, |code, deps| code.execute(deps, env, info, msg))
    }

    fn query(&self, deps: Deps, env: Env, msg: Vec<u8>) -> AnyResult<Binary> {
        let storage = &Reader { inner: deps.storage };
        let (api, querier) = (deps.api, deps.querier);
        self.code.query(
            Deps {
                storage,
                api,
                querier,
            },
            env,
            msg,
        )
    }

    fn reply(&self, deps: DepsMut, env: Env, msg: Reply) -> AnyResult<Response> {
        self.run(deps, |code, deps| code.reply(deps, env, msg))
    }

    fn sudo(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> AnyResult<Response> {
        self.run(deps, |code, deps| code.sudo(deps, env, msg))
    }

    fn migrate(&self, deps: DepsMut, env: Env, msg: Vec<u8>) -> AnyResult<Response> {
        self.run(deps, |code, deps| code.migrate(deps, env, msg))
    }
}

struct Reader<'a> {
    inner: &'a dyn Storage,
}

struct Ledger<'a> {
    name: &'a str,
    inner: &'a mut dyn Storage,
}

fn get(storage: &dyn Storage, key: &[u8]) -> Option<Vec<u8>> {
    let value = storage.get(key);
    note(|book| {
        book.tally.reads += 1;
        book.tally.count(key, value.as_deref().unwrap_or_default());
    });
    value
}

fn range<'a>(
    storage: &'a dyn Storage,
    start: Option<&[u8]>,
    end: Option<&[u8]>,
    order: Order,
) -> Box<dyn Iterator<Item = Record> + 'a> {
    let mut entries = storage.range(start, end, order);
    Box::new(std::iter::from_fn(move || {
        let entry = entries.next();
        note(|book| {
            book.tally.reads += 1;
            if let Some((key, value)) = &entry {
                book.tally.count(key, value);
            }
        });
        entry
    }))
}

impl Storage for Reader<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        get(self.inner, key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        range(self.inner, start, end, order)
    }

    fn set(&mut self, _: &[u8], _: &[u8]) {
        unreachable!("queries do not write")
    }

    fn remove(&mut self, _: &[u8]) {
        unreachable!("queries do not write")
    }
}

impl Ledger<'_> {
    fn write(&mut self, key: &[u8], value: &[u8]) {
        let (contract, inner) = (self.name, &*self.inner);
        note(|book| {
            book.tally.writes += 1;
            book.tally.count(key, value);
            if let Some(undo) = &mut book.undo {
                undo.push(Before {
                    contract: contract.into(),
                    key: key.to_vec(),
                    value: inner.get(key),
                });
            }
        });
    }
}

impl Storage for Ledger<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        get(self.inner, key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        range(self.inner, start, end, order)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.write(key, value);
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.write(key, &[]);
        self.inner.remove(key);
    }
}
