mod authorize;
mod fallback;
mod health;
mod openapi;
mod operator_openapi;
mod verify;
