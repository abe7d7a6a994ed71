//! `latchkey`: the stack on this machine.

fn main() -> std::process::ExitCode {
    local::program::run()
}
