//! Managing keys: the operations, and who may do them. There are two planes: the operator's, which IAM guards, and that
//! of callers with a key, as far as the contract opens it.

use std::marker::PhantomData;

use crate::contract::Contract;
use crate::contract::denial::{Denial, Violation};
use crate::contract::management::Operation;
use crate::http::authority::{Operator, admitted};
use crate::http::call::Call;
use crate::http::describe::Operation as Described;
use crate::http::extract::FromCall;
use crate::registry::author::Author;
use crate::registry::error::Result;
use crate::registry::slug::Slug;

/// The operation of a function, given by the type of its argument: `Manager<Create>`.
pub trait Does: Send + 'static {
    /// The operation.
    const OPERATION: Operation;
}

macro_rules! operations {
    ($($name:ident),*) => {$(
        #[doc = concat!("[`Operation::", stringify!($name), "`].")]
        #[derive(Debug)]
        pub enum $name {}

        impl Does for $name {
            const OPERATION: Operation = Operation::$name;
        }
    )*};
}

operations!(List, Get, Usage, Create, Update, Delete, Regenerate, Portal, Alerts, UpdateAlerts);

/// An author who may do `O` with the keys of the organization that the path names: the operator or, where the contract
/// opens `O`, a key of that very organization.
#[derive(Debug)]
pub struct Manager<O> {
    org: Slug,
    author: Author,
    does: PhantomData<fn() -> O>,
}

impl<O> Manager<O> {
    /// The organization whose keys they are.
    pub const fn org(&self) -> &Slug {
        &self.org
    }

    /// Who manages them.
    pub const fn author(&self) -> &Author {
        &self.author
    }
}

/// Whether `contract` has what `O` is about. It opens to callers only what it has.
fn is_there<O: Does>(contract: &Contract) -> bool {
    !O::OPERATION.is_about_alerts() || !contract.alerts.is_empty()
}

impl<O: Does> FromCall for Manager<O> {
    const USES_STORE: bool = true;

    async fn from_call(call: &mut Call) -> Result<Self> {
        let author = if call.is_operators() {
            let operator = Operator::from_call(call).await?;
            if !is_there::<O>(&call.app.contract) {
                return Err(Denial::UnknownRoute.into());
            }
            operator.author
        } else {
            let management = &call.app.contract.management;
            if !management.operations.contains(&O::OPERATION) {
                return Err(management.closed(&call.route).into());
            }
            let grant = admitted(call, management.scope.as_deref().as_slice()).await?;
            Author::key(grant, &call.app.contract, call.request_id.clone(), call.now)
        };
        let org = call.path_parameters.remove("org").unwrap_or_default();
        let org = Slug::try_from(org).map_err(|what| Violation::new("org", what))?;

        Ok(Self { org, author, does: PhantomData })
    }

    fn describe(operation: &mut Described<'_>) {
        let management = &operation.contract().management;
        if operation.is_operators() && is_there::<O>(operation.contract()) {
            Operator::describe(operation);
        } else if management.operations.contains(&O::OPERATION) {
            operation.ask_key(management.scope.as_deref());
        } else {
            operation.close();
        }
        operation.take_organization();
    }
}
