//! `$default`: everything that no other route takes. 405 where the path exists in this stack, else 404, in the
//! contract's envelope, or as a page below `/portal`. It also answers a browser that asks whether a page may call, where
//! the contract lets it.

use std::sync::LazyLock;

use shared::environment::settings::Settings;
use shared::http::cors;
use shared::http::extract::Stray;
use shared::{App, Denial, Error, Exit, NoContent, Result};
use template::Paths;

/// The routes of every stack, by contract (`-` for any that is not one of ours) and reference API: `build.rs` writes
/// them.
const STACKS: &[(&str, &str, &[&str])] = include!(concat!(env!("OUT_DIR"), "/routes.rs"));

/// The routes of this stack.
static PATHS: LazyLock<std::result::Result<Paths, String>> = LazyLock::new(|| {
    let parameters = Settings::read().map_err(|error| error.to_string())?.parameters();
    let parameter = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let of = |contract: &str| {
        let mut stacks = STACKS.iter().filter(|(_, api, _)| *api == parameter("ReferenceApi"));
        stacks.find(|(name, ..)| *name == contract).map(|(.., keys)| Paths::new(keys.iter().copied()))
    };

    of(parameter("Contract")).or_else(|| of("-")).ok_or_else(|| "no stack has this reference API".to_owned())
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    // Done now, while nobody waits. A fault in them is reported where they are needed.
    LazyLock::force(&PATHS);

    desk::serve(answer).await
}

async fn answer(app: &'static App, stray: Stray) -> Result<NoContent> {
    if let Some(headers) = cors::preflight(&app.contract, &stray) {
        return Ok(NoContent(headers));
    }
    let paths = PATHS.as_ref().map_err(Error::failed)?;
    let is_there = |route: &str| app.contract.management.opens(route) && (app.portal().is_ok() || !is_portals(route));
    let allow = paths.methods(&stray.path, is_there);
    // A path that is one of ours only once it is decoded comes here because of that, and not because of its method.
    let is_ours = !allow.is_empty() && !allow.iter().any(|method| *method == stray.method || method == "ANY");

    Err(if is_ours { Denial::MethodNotAllowed { allow } } else { Denial::UnknownRoute }.into())
}

/// Whether a route is there only where the stack has the portal.
fn is_portals(route: &str) -> bool {
    route.contains(" /portal/") || route.contains("/portal-sessions")
}
