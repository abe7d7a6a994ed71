//! Writes every page in the states that people meet, for each of the four products, into a folder:
//! `cargo run -p portal --example gallery -- DIR`.

mod fixtures;
mod forms;
mod lists;
mod products;
mod single;

use std::path::Path;
use std::{env, fs, process};

use portal::Language;

use crate::products::Product;

/// A page and the name of its file.
type Named = (String, Result<String, portal::Error>);

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
    for (name, page) in pages() {
        fs::write(folder.join(format!("{name}.html")), page?)?;
    }

    Ok(())
}

fn pages() -> Vec<Named> {
    let mut pages = Vec::new();
    for product in Product::ALL {
        for language in Language::ALL {
            // All of one product in German; of the others, English is enough.
            if language == Language::English || product == Product::Fanfare {
                pages.extend(lists::pages(product, language));
                pages.extend(forms::pages(product, language));
                pages.extend(single::pages(product, language));
            }
        }
    }

    pages
}
