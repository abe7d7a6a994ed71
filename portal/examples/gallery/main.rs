//! Writes every page in the states that people meet, for each of the four products, into a folder, and the content
//! security policy of each product beside them: `cargo run -p portal --example gallery -- DIR`.

mod alerts;
mod collection;
mod fixtures;
mod forms;
mod lists;
mod products;
mod single;
mod webhooks;

use std::path::Path;
use std::{env, fs, process};

use crate::products::Product;

fn main() -> process::ExitCode {
    let Some(folder) = env::args().nth(1) else {
        return process::ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => process::ExitCode::SUCCESS,
        Err(_) => process::ExitCode::FAILURE,
    }
}

fn write(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    fs::create_dir_all(folder)?;
    for (name, page) in collection::pages() {
        fs::write(folder.join(format!("{name}.html")), page?)?;
    }
    for product in Product::ALL {
        let policy = folder.join(format!("{}.policy.txt", product.slug()));
        fs::write(policy, product.brand().content_security_policy())?;
    }

    Ok(())
}
