mod fallback;
mod health;
mod verify;
