//! Every message, who may send it, and what everybody else is told. One row a message; what has no row is no message.

mod attestation;
pub mod book;
pub mod control;
pub mod escrow;
pub mod registry;
mod take_rate;

use cosmwasm_std::Addr;
use market_control::ControlError;
use market_testing::{Call, Failure};

use crate::roles::Role;
use crate::world::{Scene, World};

/// A message as a role sends it in a world.
pub type Message = Box<dyn Fn(&World, Role) -> Call>;

pub struct Row {
    /// Where the message goes through if the right one sends it.
    pub scene: Scene,
    /// The message as this role sends it.
    pub message: Message,
    /// Who may send it. Everybody else is refused.
    pub allowed: Vec<Role>,
    pub refusal: Refusal,
    /// Who is refused for another reason.
    pub except: Vec<(Role, fn() -> ControlError)>,
}

pub enum Refusal {
    /// `Unauthorized`, as whom.
    Office(&'static str),
    Other(fn(&World, Role) -> Failure),
}

/// All rows.
pub fn all() -> Vec<Row> {
    [
        control::rows(),
        registry::rows(),
        book::rows(),
        escrow::rows(),
        attestation::rows(),
        take_rate::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl Row {
    /// Only these roles may.
    fn only<C: Into<Call>>(
        scene: Scene,
        allowed: &[Role],
        refusal: Refusal,
        message: impl Fn(&World, Role) -> C + 'static,
    ) -> Self {
        Self {
            scene,
            message: Box::new(move |world, role| message(world, role).into()),
            allowed: allowed.to_vec(),
            refusal,
            except: vec![],
        }
    }

    fn anybody<C: Into<Call>>(scene: Scene, message: impl Fn(&World, Role) -> C + 'static) -> Self {
        let never = |_: &World, role| panic!("{role:?} is anybody");
        Self::only(scene, &Role::ALL, Refusal::Other(never), message)
    }

    /// What comes of it if `role` sends it.
    pub fn expected(&self, world: &World, role: Role) -> Result<(), Failure> {
        if self.allowed.contains(&role) {
            return Ok(());
        }
        let call = (self.message)(world, role);
        if let Some((_, error)) = self.except.iter().find(|(who, _)| *who == role) {
            return Err(control(&call, error()));
        }
        Err(match self.refusal {
            Refusal::Office(office) => unauthorized(&call, world.address(role), office),
            Refusal::Other(refusal) => refusal(world, role),
        })
    }
}

pub fn unauthorized(call: &Call, sender: Addr, role: &'static str) -> Failure {
    control(call, ControlError::Unauthorized { sender, role })
}

/// A refusal of the control plane, as the contract that `call` goes to says it.
pub fn control(call: &Call, error: ControlError) -> Failure {
    match call {
        Call::Registry(_) => provider_registry::ContractError::from(error).into(),
        Call::Book(_) => order_book::ContractError::from(error).into(),
        Call::Escrow(_) => lease_escrow::ContractError::from(error).into(),
        Call::Attestation(_) => ::attestation::ContractError::from(error).into(),
        Call::TakeRate(_) => take_rate_burn::ContractError::from(error).into(),
        Call::Token(..) => Failure::Other(error.to_string()),
    }
}
