//! `POST /v1/notes`: make a note.

use reference::notes::{NewNote, Note, Notes};
use shared::contract::scope::Write;
use shared::registry::id::dated_uuid;
use shared::{App, At, Body, Caller, Created, Exit, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create).await
}

async fn create(
    app: &'static App,
    caller: Caller<Write>,
    At(now): At,
    Body(new): Body<NewNote>,
) -> Result<Created<Note>> {
    let note = Note::new(new, dated_uuid(now, app.entropy)?.into(), now);
    Notes::new(app.reference()?).insert(caller.org().as_str(), &note).await?;

    Ok(Created(note))
}
