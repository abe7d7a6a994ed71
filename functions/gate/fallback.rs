//! `$default`: whatever no other route takes. 405 where the path exists in this stack, else 404, in the contract's envelope.

use std::sync::LazyLock;

use shared::extract::Stray;
use shared::settings::Settings;
use shared::{App, Denial, Error, Exit, Json, Result};
use template::Template;

/// The template that this stack was deployed from: it alone knows the routes.
static TEMPLATE: LazyLock<std::result::Result<Template, String>> = LazyLock::new(|| {
    let settings = Settings::read().map_err(|error| error.to_string())?;

    Template::read(include_str!("../../template.yaml"), &settings.parameters()).map_err(|error| error.to_string())
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    // Now, while nobody waits. What is wrong with it is said where it is needed.
    LazyLock::force(&TEMPLATE);

    shared::serve(refuse).await
}

async fn refuse(app: &'static App, stray: Stray) -> Result<Json<()>> {
    let template = TEMPLATE.as_ref().map_err(Error::failed)?;
    let allow = template.routes().methods(&stray.path, |route| app.contract.management.opens(&route.key()));
    // A path that only decoding makes one of ours came here because it is none: its method is not what is wrong.
    let is_ours = !allow.is_empty() && !allow.contains(&stray.method);

    Err(if is_ours { Denial::MethodNotAllowed { allow } } else { Denial::UnknownRoute }.into())
}
