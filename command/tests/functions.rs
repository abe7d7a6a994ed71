//! What the command needs and functions do not stays out of functions: cargo would build both with the same features, so they have no
//! crate of it at all.

use std::path::Path;
use std::process::Command;

use crate::support::{LATCHKEY, binaries};

/// Whether the binary has code of the crate or module called so, as names are mangled: their length stands before them.
fn has(binary: &Path, name: &str) -> bool {
    Command::new("grep").args(["-aq", name]).arg(binary).status().unwrap().success()
}

#[test]
fn no_function_has_the_ways_by_which_people_sign_in() {
    let names = ["10aws_config", "11aws_sdk_sso", "11aws_sdk_sts"];
    for name in names {
        assert!(has(Path::new(LATCHKEY), name), "{name}: this looks for the wrong thing");
    }
    for function in ["gate-verify", "organizations-put", "events-deliver", "portal-create-webhook"] {
        for name in names {
            assert!(!has(&binaries().join(function), name), "{function} has {name}");
        }
    }
}
