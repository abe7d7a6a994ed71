//! `GET /api/v1/courses`: a page of the academy's courses, drafts too, newest first.

use reference::academy::{Academy, Course};
use reference::page::{Page, Pagination};
use schemars::JsonSchema;
use serde::Serialize;
use shared::contract::scope::Read;
use shared::{App, Caller, Data, Exit, Query, Result};

#[derive(Serialize, JsonSchema)]
struct CourseList {
    courses: Vec<Course>,
    pagination: Pagination,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(list).await
}

async fn list(app: &'static App, caller: Caller<Read>, Query(page): Query<Page>) -> Result<Data<CourseList>> {
    let (courses, pagination) = Academy::new(app.reference()?, caller.org().as_str()).courses(page).await?;

    Ok(Data(CourseList { courses, pagination }))
}
