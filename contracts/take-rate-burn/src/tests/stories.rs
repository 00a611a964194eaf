//! Whatever happens in whatever order, every token is accounted for.

use market_types::take_rate::LotResponse;
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Fees { token: u8, amount: u64 },
    Gift { token: u8, amount: u32 },
    Skim { token: u8 },
    Kick,
    Restart,
    Take { pay: u64, min_out: u32 },
    Seed { token: u8 },
    Insure { token: u8, amount: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..50_000u64).prop_map(Step::Wait),
        (0..3u8, any::<u64>()).prop_map(|(token, amount)| Step::Fees { token, amount }),
        (0..3u8, 0..2_000u64).prop_map(|(token, amount)| Step::Fees { token, amount }),
        (0..3u8, any::<u32>()).prop_map(|(token, amount)| Step::Gift { token, amount }),
        (0..3u8).prop_map(|token| Step::Skim { token }),
        Just(Step::Kick),
        Just(Step::Restart),
        (any::<u64>(), 0..100u32).prop_map(|(pay, min_out)| Step::Take { pay, min_out }),
        (0..5_000u64, Just(0)).prop_map(|(pay, min_out)| Step::Take { pay, min_out }),
        (0..3u8).prop_map(|token| Step::Seed { token }),
        (0..3u8, 0..2_000u32).prop_map(|(token, amount)| Step::Insure { token, amount }),
    ]
}

impl Market {
    fn walk(&mut self, step: Step, now: &mut u64) -> Result<Response, ContractError> {
        let tokens = [usdc(), eurc(), network_token()];
        let token = |i: u8| tokens[usize::from(i)].clone();
        match step {
            Step::Wait(seconds) => {
                *now += seconds;
                self.at(*now);
                Ok(Response::new())
            }
            Step::Fees { token: i, amount } => self.fees(&token(i), amount.into()),
            Step::Gift { token: i, amount } => {
                self.gift(&token(i), amount.into());
                Ok(Response::new())
            }
            Step::Skim { token: i } => self.execute(
                "anybody",
                ExecuteMsg::Skim {
                    token: token(i).into(),
                },
            ),
            Step::Kick => self.kick(),
            Step::Restart => self.restart(),
            Step::Take { pay, min_out } => self.take(pay.into(), min_out.into()),
            Step::Seed { token: i } => self.execute(
                "anybody",
                ExecuteMsg::SeedAudits {
                    token: token(i).into(),
                },
            ),
            Step::Insure { token: i, amount } => {
                let (token, amount) = (token(i).into(), n(amount.into()));
                self.execute("insurer", ExecuteMsg::TakeInsurance { token, amount })
            }
        }
    }
}

proptest! {
    #[test]
    fn every_token_is_accounted_for_after_every_message(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut market = Market::new();
        let mut now = START;
        for step in steps {
            // A refusal must leave everything sound as well.
            let _ = market.walk(step, &mut now);
            market.assert_sound();
            let lot: Option<LotResponse> = market.ask(QueryMsg::Lot { token: usdc().into() }).unwrap();
            if let Some(lot) = lot {
                prop_assert!(!lot.left.is_zero() && lot.left <= lot.opened);
                prop_assert!(!lot.floor_price.is_zero());
            }
        }
    }
}
