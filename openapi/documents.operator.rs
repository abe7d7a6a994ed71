// Written by `cargo run --bin openapi`: contract, document.
&[
    ("fabraix", include_str!("fabraix.operator.json")),
    ("fanfare", include_str!("fanfare.operator.json")),
    ("fayne", include_str!("fayne.operator.json")),
    ("standard", include_str!("standard.operator.json")),
    ("thefaq", include_str!("thefaq.operator.json")),
]
