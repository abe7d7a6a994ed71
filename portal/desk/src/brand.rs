//! Whose pages they are, by the contract.

use std::sync::OnceLock;

use portal::{Brand, Colour, Logo};
use shared::App;

/// The brand of this process's contract; a plain one where it has no pages.
pub(crate) fn brand(app: &App) -> Brand {
    static BRAND: OnceLock<Brand> = OnceLock::new();
    let make = || {
        let brand = app.contract.portal.as_ref().map(|portal| &portal.brand);
        let colour = brand.and_then(|brand| Colour::parse(&brand.colour));
        let colour = colour.unwrap_or(Colour { red: 0x1d, green: 0x4e, blue: 0x89 });
        let logo = brand.and_then(|brand| Logo::parse(brand.logo.as_deref()?));

        Brand::new(brand.map_or_else(|| app.contract.name.clone(), |brand| brand.name.clone()), colour, logo)
    };

    BRAND.get_or_init(make).clone()
}
