//! The child process of the `kernel` executor.

use std::process::ExitCode;

fn main() -> ExitCode {
    jobs::kernel::child::main()
}
