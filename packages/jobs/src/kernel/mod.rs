//! The `kernel` executor: WGSL compute shaders through Vulkan, in a child process that can be killed.
//!
//! A kernel sees one bind group:
//!
//! ```wgsl
//! struct Job {
//!     unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
//!     width: u32, height: u32, seed: u32, output_words: u32,
//!     parameters: array<vec4<u32>, 4>,
//!     window: vec4<u32>, stride: u32,   // may be left out, both together
//! }
//! @group(0) @binding(0) var<uniform> job: Job;
//! @group(0) @binding(1) var<storage, read_write> output: array<u32>;   // zero when a unit begins
//! @group(0) @binding(2) var<storage, read_write> scratch: array<u32>;  // zero when a unit begins, if asked for
//! @group(0) @binding(3) var<storage, read> input_0: array<u32>;        // 3 to 6: the inputs
//! ```
//!
//! A kernel that draws and names `window` and `stride` can be asked for a part of its frame, which makes auditing it cheap: invocation
//! (x, y) below `window.zw` draws the frame's pixel `window.xy + vec2(x, y) * stride` and writes it to `output[y * window.z + x]`. A whole
//! frame is the window (0, 0, width, height) with stride 1.
//!
//! Software adapters end loops silently after 65,535 iterations of one invocation, all loops together. Split long work into
//! dispatches of fewer than 30,000; `scratch` keeps state between them.

mod ask;
mod assess;
mod attempt;
pub mod child;
mod conformance;
mod executor;
mod job;
mod program;
mod protocol;
mod supervisor;
mod validate;
mod view;

pub use conformance::{Adapter, Conformance};
pub use executor::KernelExecutor;
pub use job::{JobWords, JOB_BYTES};
pub use program::{locate_program, PROGRAM_ENV, PROGRAM_NAME};
pub use validate::{validate, KernelError, ValidKernel};
pub use view::{View, ViewError};
