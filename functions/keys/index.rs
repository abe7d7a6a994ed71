//! `POST /operator/v1/keys/index`: note the ids of keys that were made before ids were noted, so that they can be found by their id
//! alone. One call does as many as it has time for; again and again with the cursor, until there is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shared::management::index::{Indexed, index};
use shared::registry::page::foreign_cursor;
use shared::{App, Body, Data, Exit, Operator, Result};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// Where the call before has stopped; by default the first organization.
    cursor: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Done {
    /// How many keys this call has noted.
    indexed: usize,
    /// Where the next call goes on; `null` once all are noted.
    cursor: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(note).await
}

async fn note(app: &'static App, _: Operator, Body(place): Body<Place>) -> Result<Data<Done>> {
    let after = place.cursor.as_deref().map(|cursor| cursor.parse().or(Err(foreign_cursor()))).transpose()?;
    let Indexed { count, goes_on } = index(app, after).await?;

    Ok(Data(Done { indexed: count, cursor: goes_on.map(|place| place.to_string()) }))
}
