mod fallback;
mod verify;
