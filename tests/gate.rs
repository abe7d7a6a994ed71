mod authorize;
mod fallback;
mod forward_auth;
mod health;
mod introspect;
mod openapi;
mod operator_openapi;
mod verify;
