//! Rules of the contract, message by message.
