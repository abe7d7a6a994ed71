//! `GET /api/v1/orders`: the caller's orders.

use shared::contract::scope::Read;
use shared::{App, Caller, Data, Exit, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(_: &'static App, caller: Caller<Read>) -> Result<Data<Vec<String>>> {
    Ok(Data(vec![format!("the orders of {}", caller.org())]))
}
