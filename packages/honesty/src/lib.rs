//! Does it pay to cheat?
//!
//! Providers, auditors, tenants and friends among them play strategies against the market's own arithmetic: rates, draws, seats, verdicts, slashing, premiums and
//! reputation are the functions of [`market_math`] that the contracts call. Gains are against honest behaviour over the same units; a unit's
//! price is 1. `leasebook simulate honesty` runs all of it; a seed gives the same figures every time.
//!
//! # At the defaults
//!
//! Class `exact`, a work bond of twenty unit prices, one fifth of the bonded weight friends of the cheat, who see where their vote helps and accuse
//! where it does not. A unit costs 0.9 of its price: take rate and premium leave 0.901, so whoever has higher costs gains by taking no work. The best value
//! of each strategy, over 100,000 bad units, seats or audits, with 99.9 % bounds:
//!
//! | strategy | best at | gain | counted in |
//! | --- | --- | --- | --- |
//! | always-cheat | batches of 64 | -3.0 (-3.2 to -2.8) | unit prices per lease |
//! | cheat-a-share | 100 % | -16.5 (-16.6 to -16.4) | |
//! | small-units | a bond of 40 | -88.9 (-89.2 to -88.7) | |
//! | low-earnings | below one bond held | -12.0 (-12.4 to -11.6) | |
//! | exit-scam | 1 bad unit | -0.98 (-1.09 to -0.87) | |
//! | vest-edge | 6 h | -5.2 (-5.7 to -4.7) | |
//! | withhold | no good units first | -18.3 (-18.3 to -18.2) | |
//! | withhold-data | no good units first | -24.5 (-25.2 to -23.8) | |
//! | withhold-from-auditors | no good units first | -25.9 (-26.6 to -25.2) | |
//! | many-leases | 1; a hundred lose a hundred times as much | -16.5 (-16.7 to -16.4) | |
//! | collude | 20 % of the weight | -4.7 (-5.2 to -4.2) | |
//! | always-agree | a tenth of the seats | -4.0 (-4.2 to -3.7) | auditor fees per 100 seats |
//! | copy | a tenth of the seats | -2.1 (-2.2 to -1.9) | |
//! | always-accuse | a tenth of the seats | -238 (-239 to -237) | |
//! | juror-agrees, juror-accuses | a tenth of the seats | -121 (-122 to -120) | |
//! | frame-by-forcing | audits at a tenth of the price | -1.52 (-1.54 to -1.50) | unit prices per audit |
//! | accuse-what-is-drawn | audits at a tenth of the price | -1.33 (-1.35 to -1.31) | |
//! | leave-the-table, join-the-table | | 0 | pairs captured |
//! | self-deal, wash-trade | 10 units | -5.7, -17.0 | unit prices per lease |
//!
//! Charts of some are in `plots`; `--plots` draws them all.
//!
//! # Rules that this rests on
//!
//! Each was missing once. A strategy gained then, by so much ([`rules`]):
//!
//! | rule | strategy | with it | without |
//! | --- | --- | --- | --- |
//! | Held earnings lower the audit rate only while at least a quarter of the vesting time is left ([`market_math::fresh`]). | good work, 23 h of waiting, five bad units | -5.8 | +0.96 |
//! | From an accusation or a missed opening on, nothing of the lease is released until that audit has ended. | the same with units of 2 h after 12 h | -4.9 | +1.0 |
//! | Vesting takes at least four times as long as opening, commitments and revealing. | the same with units of 8 h after 12 h | -4.8 | +1.1 |
//! | A first missed opening costs a tenth of the bond and must be made up within a day before the same auditors, or it convicts. Data that two pairs could not have goes before a jury a day later. | bad work until it is drawn, then silence, once in 30 days | -60 | +21 |
//! | A fault costs 25 fees. It must exceed one fee over the planted share, 20 at 5 %. | always-agree | -40 | +35 (10 fees) |
//! | Eight of eleven decide an appeal. With nine, friends with a fifth of the weight gain where auditors miss a tenth of the bad units. | exit-scam, one unit, a unit's cost its price | -0.56 | +0.17 |
//! | An auditor that passed what convicts is at fault, as is one juror alone against four. | lazy jurors | -121 | +9 |
//! | Jurors who could not have the data count against the provider ([`market_math::verdict`]). | silence before the jury | conviction | a pass |
//! | A lone accusation goes to a jury. | friends who leave the second seat empty | conviction | unaudited |
//! | The week for which nobody audits the same provider again ends with half of the tries. | 64 auditors, 15 audits a day: share that nobody audits | 0 | 72 % |
//! | Entries younger than the audit do not count. | friends who join where the next tries land | no more pairs | over 100 more per 1000 |
//! | Audits of a lease end with a conviction, and jurors are paid for what was found. | batches of 32, friends on many juries at once | -7.2 | +9.3 |
//!
//! # Past the defaults
//!
//! - **Friends.** Five bad units after honest work begin to pay at 35 % of the weight (+0.9 per lease), always cheating at 40 % (+19), withholding data at 40 % (+39),
//!   accusing honest work at 50 % (+3.2 per audit). At 30 % all of them lose.
//! - **Comparators.** With a fifth of the weight against it a class must notice six of seven bad units: at 80 % five bad units gain 0.5 per lease, at 60 % 3.8. With
//!   nobody against it seven of ten are enough. What a comparator does not notice costs nothing.
//! - **Lazy auditors.** With faults of 25 fees always agreeing pays below 4 % planted audits; at 5 % planted it pays below 20 fees.
//! - **Lazy jurors.** Jurors who always say the same lose unless at least 97 of 100 juries find just that.
//! - **Costs.** A provider whose unit costs its whole price, which loses by honest work, gains 3.5 by a first batch of 64 bad units, as long as an appeal in
//!   vain is free; a deposit of its eleven fees makes that -7.5.
//! - **Reputation can be bought** for its fees: ten observations make 7,880 of 10,000, for which a `best_score` order pays 7.9 times a newcomer's price, and
//!   four fifths of a veteran's. With an `evidence_unit` of one token and a take rate of 2 % that is 500 tokens dealt with oneself: ten tokens and
//!   the premiums. It lowers no audit rate and no bond, so cheating after it gains nothing; as an advantage over honest newcomers it is one.
//! - **Bribes**, data theft, and gains outside the market are not simulated.
//!
//! # Honest providers
//!
//! Of a million `exact` units 39,277 were audited and none was convicted or refunded: less than 11 in a million with 99.9 % certainty. The same
//! holds where each auditor errs alone on 1 % of what it sees. Errors that all of a class share, as after a bad driver, convict as often as they happen: at 1 in 10,000
//! audited units 9 of a million were convicted (3 to 26). The breaker is for those.
//!
//! # The cost of honesty
//!
//! Work done again, of all work, by bond (in unit prices) and what is held (in bonds):
//!
//! | bond | held | audited | full re-execution | crops at a tenth |
//! | --- | --- | --- | --- | --- |
//! | 20 | 0 | 15.8 % | 31.6 % | 3.2 % |
//! | 20 | 3 | 3.9 % | 7.9 % | 0.8 % |
//! | 40 | 0 | 7.9 % | 15.8 % | 1.6 % |
//! | 40 | 3 | 2.0 % | 3.9 % | 0.4 % |
//! | 100 | 3 | 0.8 % | 1.6 % | 0.2 % |
//! | 400 | 3 | 0.5 % (floor; crops 1 %) | 1.0 % | 0.2 % |
//!
//! # Seats
//!
//! Tries to fill 2, 5, 11 seats from 48 entries in a table of 64 places: 2.8, 7.0, 16.5 at full weight; 11, 27, 65 at a quarter; 41, 112, 229 at a sixteenth,
//! where half of the appeals reach the last resort; at weight 1 a fifth of the pairs do and four fifths of the juries. The bond unit of a table belongs near a 64th of what
//! its auditors have bonded.

pub mod auditors;
pub mod chart;
pub mod court;
pub mod framing;
pub mod ground;
pub mod honest;
pub mod lease;
pub mod overhead;
pub mod panel;
pub mod plans;
pub mod report;
pub mod rules;
pub mod seating;
pub mod stats;
pub mod strategies;
pub mod sweeps;
pub mod terms;
pub mod washing;
