//! `POST /operator/v1/organizations/{org}/portal-sessions`, `POST /api/v1/{org}/portal-sessions`: make a link for one person to
//! the pages of an organization. Whoever opens it first, within five minutes, is let in.

use shared::http::manager::Portal;
use shared::http::visitor::browser::Address;
use shared::management::invite::{Link, invite};
use shared::registry::session::Order;
use shared::{App, Body, Created, Exit, Handler, Manager, Reason, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Exit {
    shared::serve(create.may_refuse(&[Reason::NotOpen, Reason::NoRoute])).await
}

async fn create(
    app: &'static App,
    manager: Manager<Portal>,
    address: Address,
    Body(order): Body<Order>,
) -> Result<Created<Link>> {
    let invitation = invite(app, manager.org(), order, manager.author(), address.link_secs()).await?;
    let url = address.link(&invitation.code);

    Ok(Created(Link::new(invitation, url)))
}
