//! `GET /api/v1/students`: a page of the academy's students, the last to join first, with their enrollments.

use reference::academy::{Academy, StudentView};
use reference::page::{Page, Pagination};
use schemars::JsonSchema;
use serde::Serialize;
use shared::contract::scope::Read;
use shared::{App, Caller, Data, Exit, Query, Result};

#[derive(Serialize, JsonSchema)]
struct StudentList {
    students: Vec<StudentView>,
    pagination: Pagination,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, caller: Caller<Read>, Query(page): Query<Page>) -> Result<Data<StudentList>> {
    let (students, pagination) = Academy::new(app.reference()?, caller.org().as_str()).students(page).await?;

    Ok(Data(StudentList { students, pagination }))
}
