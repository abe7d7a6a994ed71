mod authorize;
mod fallback;
mod health;
mod openapi;
mod verify;
