//! The one way to a plan's numbers as they are in force.

use crate::contract::InForce;
use crate::contract::denial::Violation;
use crate::gate::app::App;
use crate::registry::organization::Organization;

impl App {
    /// The plan of `org`, with its numbers as they are now. The log is told what the contract has no room for.
    ///
    /// # Errors
    /// DynamoDB's.
    pub async fn plan_of(&self, org: &Organization) -> Result<InForce<'_>, dynamodb::Error> {
        let kept = self.keys.plan_override(&org.plan).await?;
        let plan = self.contract.in_force(&org.plan, kept.value.numbers);
        for Violation { field, message } in plan.flaws() {
            tracing::error!("the operator's numbers of the plan {} are not all in force: {field} {message}", org.plan);
        }

        Ok(plan)
    }
}
