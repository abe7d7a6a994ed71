use super::*;
use crate::contract::denial::Violation;
use crate::contract::envelope;

fn load(name: &str) -> Contract {
    Contract::load(name).unwrap_or_else(|error| panic!("{error}"))
}

fn source(name: &str) -> &'static str {
    EMBEDDED.iter().find(|(embedded, _)| *embedded == name).unwrap().1
}

/// Reads `name` with `from` replaced, and returns why it is refused; it must be.
#[track_caller]
fn complaint(name: &str, from: &str, to: &str) -> String {
    let text = source(name);
    assert!(text.contains(from), "{name} has no {from:?}");
    Contract::read("contracts/x.toml", &text.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn the_five_contracts_are_sound() {
    for name in ["fabraix", "fanfare", "fayne", "standard", "thefaq"] {
        assert!(Contract::names().any(|there| there == name), "{name} is missing");
    }
    for name in Contract::names() {
        assert_eq!(load(name).name, name);
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
fn a_flawed_contract_is_refused_with_file_and_place() {
    let many = (0..100).map(|number| format!("scope{number} = \"x\"")).collect::<Vec<_>>().join("\n");
    let many_scopes = format!("[scopes]\n{many}\n");
    for (name, from, to, expected) in [
        (
            "standard",
            "[plans.pro]",
            "[plans.pro]\nmax_age = { days = 30 }\ndefault_age = { days = 31 }",
            "contracts/x.toml: plans.pro.default_age: is longer than max_age, which is 30 days",
        ),
        (
            "standard",
            "[key.types.test]",
            "[key.types.test]\ndefault_age = { days = 4000 }",
            "contracts/x.toml: line 28, column 15: must be an hour to 3650 days",
        ),
        (
            "fayne",
            "alphabet = \"hex\"",
            "alphabet = \"hex\"\ncolour = 1",
            "contracts/x.toml: line 15, column 1: unknown field `colour`",
        ),
        ("fayne", "alphabet = \"hex\"", "alphabet = ", "contracts/x.toml: line 14, column "),
        (
            "standard",
            "checksum = \"crc32\"",
            "checksum = \"crc16\"",
            "contracts/x.toml: line 16, column 12: unknown variant `crc16`, expected `crc32`",
        ),
        ("standard", "length = 36", "length = 27", "contracts/x.toml: key.length: must be 28 to 128 characters"),
        (
            "standard",
            "alphabet = \"base62\"\nlength = 36",
            "alphabet = \"hex\"\nlength = 38",
            "contracts/x.toml: key.checksum: needs the alphabet base62",
        ),
        (
            "standard",
            "also = \"x-api-key\"",
            "also = \"authorization\"",
            "contracts/x.toml: credential.also: must be another header",
        ),
        (
            "standard",
            "also = \"x-api-key\"",
            "also = \"Cookie\"",
            "contracts/x.toml: credential.also: \"Cookie\" cannot carry a key",
        ),
        ("standard", "draft = 11", "draft = 10", "contracts/x.toml: rate_limit_headers.draft: must be 11"),
        (
            "standard",
            "application/problem+json",
            "text/html",
            "contracts/x.toml: error.content_type: must be application/json, or end in +json",
        ),
        (
            "standard",
            "types = \"https://latchkey.example/docs/errors.md#\"",
            "",
            "contracts/x.toml: denials.missing_credential: the body needs a type",
        ),
        (
            "fanfare",
            "[scopes]\n",
            "[scopes]\n\"read all\" = \"x\"\n",
            "contracts/x.toml: scopes: \"read all\" must be of visible ASCII without spaces",
        ),
        ("fanfare", "[scopes]\n", &many_scopes, "contracts/x.toml: scopes: must have at most 100"),
        ("fayne", "\"{code}\"", "\"{cod}\"", "contracts/x.toml: error.body: unknown placeholder {cod}"),
        (
            "fanfare",
            "origins = [\"*\"]",
            "origins = [\"https://shop.example/\"]",
            "contracts/x.toml: cors.origins: must be \"*\" alone, or origins like \"https://shop.example\"",
        ),
        (
            "fayne",
            "\"{retry_after}\" } }",
            "\"{scope}\" } }",
            "contracts/x.toml: denials.rate_limited: this denial has no {scope}",
        ),
        (
            "fabraix",
            "type = \"rate_limit_error\"\n",
            "",
            "contracts/x.toml: denials.rate_limited: the body needs a type",
        ),
        ("fabraix", "fbx_dev_", "fbx_", "contracts/x.toml: key.types: the prefixes \"fbx_adm_\" and \"fbx_\" overlap"),
        (
            "fayne",
            "inactive_key = { same_as = \"unknown_key\" }\n",
            "",
            "contracts/x.toml: denials.inactive_key: is missing: a contract says how every denial reads",
        ),
        (
            "fayne",
            "same_as = \"unknown_key\"",
            "same_as = \"inactive_key\"",
            "contracts/x.toml: denials.inactive_key: same_as must stand alone and name a denial that is spelled out",
        ),
        (
            "fayne",
            "same_as = \"unknown_key\"",
            "same_as = \"unknown_key\", status = 400",
            "contracts/x.toml: denials.inactive_key: same_as must stand alone and name a denial that is spelled out",
        ),
        (
            "fayne",
            "status = 402",
            "status = 200",
            "contracts/x.toml: denials.no_api_on_plan.status: must be a status from 400 to 599",
        ),
        (
            "fayne",
            "length = 32",
            "length = 31",
            "contracts/x.toml: key.length: must be 32 to 128 characters: a key has at least 128 random bits",
        ),
        (
            "fayne",
            "per = \"minute\"",
            "per = \"hour\"",
            "contracts/x.toml: plans.pro.limits: hour is not among the windows that requests are counted in",
        ),
        (
            "fayne",
            "windows = [\"minute\"]",
            "windows = []",
            "contracts/x.toml: windows: must name each window that requests are counted in, once",
        ),
        (
            "fayne",
            "api = false",
            "",
            "contracts/x.toml: plans.trial: must have limits or shared_limits, limits_by_type, custom_limits or api = false",
        ),
        ("fayne", "choice = [\"read\"", "choice = [\"reed\"", "contracts/x.toml: key.scopes: there is no scope reed"),
        (
            "fayne",
            "prefix = \"fa_live_\"\n",
            "",
            "contracts/x.toml: key: must have either a prefix and scopes, or types that have theirs",
        ),
        (
            "fayne",
            "header = \"Authorization\"",
            "header = \"Author ization\"",
            "contracts/x.toml: credential.header: \"Author ization\" is not the name of a header",
        ),
        (
            "fayne",
            "header = \"Authorization\"",
            "header = \"X-Amz-Key\"",
            "contracts/x.toml: credential.header: \"X-Amz-Key\" cannot carry a key: clients, proxies or the gateway set it for themselves",
        ),
        (
            "fayne",
            "header = \"Authorization\"",
            "header = \"Host\"",
            "contracts/x.toml: credential.header: \"Host\" cannot carry a key: clients, proxies or the gateway set it for themselves",
        ),
        (
            "fabraix",
            "stages = [\"local\"",
            "stages = [\"lokal\"",
            "contracts/x.toml: key.types.development.stages: \"lokal\" is not one of local, staging, production",
        ),
        (
            "fabraix",
            "admin = [{ requests = 600",
            "adm = [{ requests = 600",
            "contracts/x.toml: plans.standard.limits_by_type: must give every type of key its limits, and nothing else",
        ),
        (
            "thefaq",
            "operations = [\"list\"]",
            "operations = [\"create\"]",
            "contracts/x.toml: management.scope: is required where callers may create, update, regenerate or delete keys",
        ),
        (
            "fanfare",
            "keys = 250\n",
            "",
            "contracts/x.toml: plans.pro.keys: is required where callers or pages may create keys",
        ),
        (
            "fabraix",
            "\"regenerate\", \"delete\", \"portal\"]",
            "\"import\"]",
            "contracts/x.toml: line 52, column 14: import is the operator's alone",
        ),
        (
            "fabraix",
            "\"regenerate\", \"delete\", \"portal\"]",
            "\"revoke\"]",
            "contracts/x.toml: line 52, column 14: must be one of list, get, usage, create, update, delete, regenerate, portal",
        ),
        (
            "fanfare",
            "all_scopes = \"admin\"",
            "all_scopes = \"root\"",
            "contracts/x.toml: key.all_scopes: there is no scope root",
        ),
    ] {
        let complaint = complaint(name, from, to);
        assert!(complaint.starts_with(expected), "{from:?} -> {to:?} in {name}:\n  {complaint}\n  {expected}");
        assert!(!complaint.contains('\n'), "{complaint}");
    }
}

#[test]
fn a_plan_without_an_api_or_a_contract_that_lets_nobody_create_keys_needs_no_cap() {
    let read = |name: &str, from: &str, to: &str| {
        let text = source(name).replacen("\"activity\", \"create\"", "\"activity\"", 1);
        assert!(text.contains(from));
        Contract::read("contracts/x.toml", &text.replacen(from, to, 1)).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(read("fayne", "keys = 10\n", ""), Ok(()));
    assert_eq!(read("fanfare", "[plans.free]", "[plans.closed]\napi = false\n\n[plans.free]"), Ok(()));
}

#[test]
fn a_key_holds_what_its_type_can_hold_now() {
    let scopes = |names: &[&str]| names.iter().copied().collect::<Scopes>();
    let rule = ScopeRule { always: scopes(&["a"]), choice: scopes(&["b"]), default: scopes(&[]), at_least: 0 };
    assert_eq!(rule.held(&scopes(&["b", "c"])), scopes(&["a", "b"]));
    assert_eq!(rule.held(&scopes(&[])), scopes(&["a"]));
    assert_eq!(rule.possible(), scopes(&["a", "b"]));
}

#[test]
fn a_contract_that_is_not_there_is_one_line() {
    let error = Contract::load("nowhere").unwrap_err().to_string();
    let names = Contract::names().collect::<Vec<_>>().join(", ");
    assert_eq!(error, format!("nowhere: no such contract; there are {names}"));
    let error = Contract::load("/nowhere/x.toml").unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/x.toml: cannot read the contract: "), "{error}");
}

#[test]
fn a_contract_can_be_named_by_path() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../contracts/thefaq.toml");
    assert_eq!(load(path).edition, load("thefaq").edition);
    assert_eq!(load(path).name, "thefaq");
}

/// Every denial with data that stands out, by the name that the contract has for it.
fn every_denial(contract: &Contract) -> Vec<(String, Denial)> {
    let denials = [
        Denial::MissingCredential,
        Denial::MalformedCredential,
        Denial::UnknownKey,
        Denial::InactiveKey,
        Denial::ExpiredKey,
        Denial::WrongEnvironment,
        Denial::WrongKeyType,
        Denial::OrganizationLocked,
        Denial::NoApiOnPlan,
        Denial::PlanLimit { reason: "At most 5".to_owned() },
        Denial::AddressNotAllowed,
        Denial::MissingScope { scope: "write".to_owned() },
        Denial::UnknownRoute,
        Denial::MethodNotAllowed { allow: vec!["GET".to_owned(), "POST".to_owned()] },
        Denial::OrganizationNotFound,
        Denial::ResourceNotFound { resource: "API key" },
        Denial::from(Violation::new("name", "is required")),
        Denial::Conflict { reason: "Taken".to_owned() },
        Denial::RateLimited { retry_after: 30, windows: vec![Window::Minute] },
        Denial::OrganizationRateLimited { retry_after: 30, windows: vec![Window::Minute] },
        Denial::Unavailable { retry_after: 1 },
        Denial::Internal,
    ];
    assert_eq!(denials.iter().map(Denial::kind).collect::<Vec<_>>(), Kind::ALL);
    let named = denials.into_iter().map(|denial| {
        let name = serde_json::to_value(denial.kind()).unwrap();
        (name.as_str().unwrap().to_owned(), denial)
    });
    let rejections = contract.rejections.keys().map(String::as_str).chain(["not listed"]).map(|name| {
        let denial = Denial::Rejected { name: name.to_owned().leak(), reason: "What the API says".to_owned() };
        (format!("rejection {name}"), denial)
    });

    named.chain(rejections).collect()
}

/// A line for each denial: its name, and the answer's status, headers and body, as they leave the function.
fn table(name: &str) -> String {
    let contract = load(name);
    let line = |(name, denial): (String, Denial)| {
        let reply = envelope::render(&contract, &Told::new(&denial, "request"));
        let mut headers = reply.headers;
        assert_eq!(headers.remove("content-type").unwrap(), contract.error_type);
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| format!("{name}: {}  ", value.to_str().unwrap())).collect();
        format!("{name:<26}{}  {}{}\n", reply.status.as_u16(), headers.concat(), reply.body)
    };
    every_denial(&contract).into_iter().map(line).collect()
}

#[test]
fn a_cost_is_of_a_call_that_there_is_and_below_every_limit() {
    let read = |costs: &str| {
        let text = format!("{}\n[costs]\n{costs}\n", include_str!("../../../contracts/fayne.toml"));
        Contract::read("x.toml", &text).map_err(|error| error.to_string())
    };
    let routes = ["GET /api/v1/courses", "POST /operator/v1/verify"].map(str::to_owned);
    let contract = read("\"GET /api/v1/courses\" = 5").unwrap();
    assert_eq!((contract.cost("GET /api/v1/courses").get(), contract.cost("GET /api/v1/lists").get()), (5, 1));
    assert!(contract.check_routes(&routes).is_ok());
    for (costs, said) in [
        ("\"GET /courses\" = 5", "callers have no such route"),
        ("\"POST /operator/v1/verify\" = 5", "callers have no such route"),
        ("\"/api/v1/courses\" = 5", "must be a method and a path"),
        ("\"GET /api/v1/courses\" = 0", "must be a number from 1 to 1000"),
        ("\"GET /api/v1/courses\" = 1001", "must be a number from 0 to 1000"),
        ("\"GET /api/v1/courses\" = 301", "is more than the plan"),
    ] {
        let told = read(costs).and_then(|contract| contract.check_routes(&routes).map_err(|error| error.to_string()));
        assert!(told.as_ref().is_err_and(|told| told.contains(said)), "{costs}: {told:?}");
    }
}

#[test]
fn every_denial_of_every_contract_reads_as_its_table_says() {
    for (name, expected) in [
        ("fabraix", include_str!("tests/fabraix.txt")),
        ("fanfare", include_str!("tests/fanfare.txt")),
        ("fayne", include_str!("tests/fayne.txt")),
        ("standard", include_str!("tests/standard.txt")),
        ("thefaq", include_str!("tests/thefaq.txt")),
    ] {
        let table = table(name);
        for (line, expected) in table.lines().zip(expected.lines()) {
            assert_eq!(line, expected, "{name}");
        }
        assert_eq!(table.len(), expected.len(), "{name} has as many denials as its table\n{table}");
    }
}
