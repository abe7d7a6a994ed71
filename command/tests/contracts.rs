//! The command knows no contract: each is operated alike, whatever its errors look like.

use crate::support::World;

#[test]
fn every_contract_is_operated_alike() {
    for (contract, missing, wrong) in [
        ("fabraix", "404: Organization not found", "400: plan must be one of "),
        ("fanfare", "404: Organization not found", "400: Validation failed: plan must be one of "),
        ("fayne", "404: Academy not found", "400: plan must be one of "),
        ("thefaq", "404: ", "400: "),
    ] {
        let world = World::serving(contract);
        let well = world.run(&["doctor"]);
        assert!(well.code == 0 && well.out.contains(&format!("contract     ok      {contract}\n")), "{well:?}");
        world.run(&["orgs", "get", "nobody"]).failed(3, missing);
        world.run(&["orgs", "put", "acme", "--plan", "nowhere"]).failed(2, wrong);
    }
}
