mod fallback;
mod health;
mod openapi;
mod verify;
