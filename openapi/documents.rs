// Written by `cargo run --bin openapi`: contract, document.
&[
    ("fabraix", include_str!("fabraix.json")),
    ("fanfare", include_str!("fanfare.json")),
    ("fayne", include_str!("fayne.json")),
    ("standard", include_str!("standard.json")),
    ("thefaq", include_str!("thefaq.json")),
]
