//! `$default`: whatever no other route takes. 405 where the path exists in this stack, else 404, in the contract's envelope;
//! and a browser's question whether a page may call, where the contract lets it.

use std::sync::LazyLock;

use shared::extract::Stray;
use shared::settings::Settings;
use shared::{App, Denial, Error, Exit, NoContent, Result, cors};
use template::{Routes, Template};

/// The routes of this stack, which the template knows alone that it was deployed from.
static ROUTES: LazyLock<std::result::Result<Routes<'_>, String>> = LazyLock::new(|| {
    let parameters = Settings::read().map_err(|error| error.to_string())?.parameters();
    let template = Template::read(include_str!("../../template.yaml"), &parameters);

    Ok(Box::leak(Box::new(template.map_err(|error| error.to_string())?)).routes())
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    // Now, while nobody waits. What is wrong with them is said where they are needed.
    LazyLock::force(&ROUTES);

    shared::serve(answer).await
}

async fn answer(app: &'static App, stray: Stray) -> Result<NoContent> {
    if let Some(headers) = cors::preflight(&app.contract, &stray) {
        return Ok(NoContent(headers));
    }
    let routes = ROUTES.as_ref().map_err(Error::failed)?;
    let allow = routes.methods(&stray.path, |route| app.contract.management.opens(&route.key()));
    // A path that only decoding makes one of ours came here because it is none: its method is not what is wrong.
    let is_ours = !allow.is_empty() && !allow.contains(&stray.method);

    Err(if is_ours { Denial::MethodNotAllowed { allow } } else { Denial::UnknownRoute }.into())
}
