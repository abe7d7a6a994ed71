//! A function's description of itself, for the programs that write the documents and for tests: in debug builds only.

use std::io::Write as _;

use crate::contract::Contract;
use crate::http::describe::{Fragment, Operation};
use crate::http::handler::Handler;
use crate::http::lambda::Exit;

/// The description of `handler` under `contract` at the route of that key; `None` where the contract does not open it,
/// and for `$default`.
pub(crate) fn describe<Arguments, H: Handler<Arguments>>(
    handler: H,
    contract: &Contract,
    route: &str,
) -> Option<Fragment> {
    let mut operation = Operation::new(contract, route)?;
    handler.describe(&mut operation);

    operation.finish()
}

/// Prints the description of `handler` under a contract at some routes; `arguments` name the contract and the routes.
pub(crate) fn print<Arguments, H: Handler<Arguments>>(handler: H, arguments: &[String]) -> Exit {
    let (name, routes) = arguments.split_first().ok_or("describe needs a contract and its routes")?;
    let contract = Contract::load(name)?;
    let fragments: Vec<_> = routes.iter().map(|route| describe(handler, &contract, route)).collect();

    Ok(serde_json::to_writer(std::io::stdout().lock(), &fragments)
        .and_then(|()| std::io::stdout().flush().map_err(serde_json::Error::io))?)
}
