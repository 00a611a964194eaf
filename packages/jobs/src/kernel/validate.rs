//! Whether WGSL is valid and keeps to the bind group it is given.
//!
//! Parsing hostile source may exhaust the stack, so an agent has the child process do it.

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, ShaderStage, StorageAccess};
use serde::{Deserialize, Serialize};

use super::job::{JOB_BYTES, WINDOW_OFFSET};
use crate::Manifest;

/// Invocations of a workgroup, at most: what every WebGPU adapter runs.
pub const MAX_WORKGROUP: u32 = 256;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum KernelError {
    #[error("the kernel is no UTF-8 text")]
    NotText,
    #[error("the kernel does not parse at line {line}, column {column}: {message}")]
    Parse { line: u32, column: u32, message: String },
    #[error("the kernel is invalid at line {line}, column {column}: {message}")]
    Invalid { line: u32, column: u32, message: String },
    #[error("the kernel has no @compute function {entry:?}; it has {found:?}")]
    NoEntry { entry: String, found: Vec<String> },
    #[error("a workgroup of {x} x {y} x {z} invocations; 1 to {MAX_WORKGROUP} are run")]
    Workgroup { x: u32, y: u32, z: u32 },
    #[error("the kernel declares overrides; write constants, or read job.parameters")]
    Overrides,
    #[error("{variable} is bound to group {group}, binding {binding}; {expected}")]
    Binding {
        variable: String,
        group: u32,
        binding: u32,
        expected: BindingRule,
    },
    #[error("the uniform has {bytes} bytes; the job has {JOB_BYTES}")]
    Uniform { bytes: u32 },
    #[error("the kernel checker ended without an answer: {0}")]
    Checker(String),
}

/// What a binding is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum BindingRule {
    #[error("everything is in group 0")]
    GroupZero,
    #[error("binding 0 is var<uniform>, the job")]
    Job,
    #[error("binding 1 is var<storage, read_write>, the output")]
    Output,
    #[error("binding 2 is var<storage, read_write>, and the manifest must give kernel.scratch_bytes")]
    Scratch,
    #[error("bindings from 3 on are var<storage, read>, one for each input of the manifest")]
    Input,
}

/// A kernel that may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidKernel {
    pub workgroup: [u32; 3],
    /// Whether it can be asked for a part of its frame: its uniform ends with [`super::JobWords::window`] and its stride.
    pub windowed: bool,
}

/// Checks `source` against the language and against what `manifest` binds.
///
/// # Errors
/// The first fault, with line and column where there is one.
pub fn validate(source: &[u8], manifest: &Manifest) -> Result<ValidKernel, KernelError> {
    let source = std::str::from_utf8(source).map_err(|_| KernelError::NotText)?;
    let module = naga::front::wgsl::parse_str(source).map_err(|e| {
        let (line, column) = e
            .location(source)
            .map_or((0, 0), |l| (l.line_number, l.line_position));
        KernelError::Parse {
            line,
            column,
            message: e.message().into(),
        }
    })?;
    Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|e| {
            let (line, column) = e
                .location(source)
                .map_or((0, 0), |l| (l.line_number, l.line_position));
            KernelError::Invalid {
                line,
                column,
                message: with_causes(e.as_inner()),
            }
        })?;
    if !module.overrides.is_empty() {
        return Err(KernelError::Overrides);
    }
    check_bindings(&module, manifest)?;
    let workgroup = entry_workgroup(&module, &manifest.kernel.entry)?;
    let windowed = module
        .global_variables
        .iter()
        .any(|(_, v)| is_windowed(&module, v));
    Ok(ValidKernel { workgroup, windowed })
}

fn is_windowed(module: &Module, variable: &naga::GlobalVariable) -> bool {
    let naga::TypeInner::Struct { members, .. } = &module.types[variable.ty].inner else {
        return false;
    };
    let has = |name: &str, offset| {
        let mut found = members.iter();
        found.any(|m| m.name.as_deref() == Some(name) && m.offset == offset)
    };
    variable.space == AddressSpace::Uniform
        && has("window", WINDOW_OFFSET)
        && has("stride", WINDOW_OFFSET + 16)
}

fn entry_workgroup(module: &Module, entry: &str) -> Result<[u32; 3], KernelError> {
    let compute = |stage| stage == ShaderStage::Compute;
    let Some(found) = module
        .entry_points
        .iter()
        .find(|e| e.name == entry && compute(e.stage))
    else {
        let found = module
            .entry_points
            .iter()
            .filter(|e| compute(e.stage))
            .map(|e| e.name.clone())
            .collect();
        return Err(KernelError::NoEntry {
            entry: entry.into(),
            found,
        });
    };
    let [x, y, z] = found.workgroup_size;
    let invocations = u64::from(x).saturating_mul(y.into()).saturating_mul(z.into());
    if invocations == 0 || invocations > MAX_WORKGROUP.into() || z > 64 {
        return Err(KernelError::Workgroup { x, y, z });
    }
    Ok([x, y, z])
}

fn check_bindings(module: &Module, manifest: &Manifest) -> Result<(), KernelError> {
    let read_write = AddressSpace::Storage {
        access: StorageAccess::LOAD | StorageAccess::STORE,
    };
    let read = AddressSpace::Storage {
        access: StorageAccess::LOAD,
    };
    let inputs = u32::try_from(manifest.inputs.len()).unwrap_or(u32::MAX);
    for (_, variable) in module.global_variables.iter() {
        let Some(at) = variable.binding else { continue };
        let rule = match at.binding {
            _ if at.group != 0 => Err(BindingRule::GroupZero),
            0 if variable.space != AddressSpace::Uniform => Err(BindingRule::Job),
            1 if variable.space != read_write => Err(BindingRule::Output),
            2 if variable.space != read_write || manifest.kernel.scratch_bytes == 0 => {
                Err(BindingRule::Scratch)
            }
            n if n >= 3 && (variable.space != read || n - 3 >= inputs) => Err(BindingRule::Input),
            _ => Ok(()),
        };
        rule.map_err(|expected| KernelError::Binding {
            variable: variable.name.clone().unwrap_or_default(),
            group: at.group,
            binding: at.binding,
            expected,
        })?;
        if variable.space == AddressSpace::Uniform {
            let bytes = module.types[variable.ty].inner.size(module.to_ctx());
            if bytes as usize > JOB_BYTES {
                return Err(KernelError::Uniform { bytes });
            }
        }
    }
    Ok(())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    message
}
