//! Launches: experiences that open and close by the clock, the consumers who come to them, and how many of both there are.

mod analytics;
mod consumers;
mod days;
mod experiences;
mod metadata;
mod new_consumer;
mod new_experience;
mod schedule;
mod slug;
mod tallies;

pub use analytics::{Analytics, Report};
pub use consumers::{Consumer, Consumers};
pub use days::{Days, Period};
pub use experiences::{Experience, Experiences};
pub use new_consumer::NewConsumer;
pub use new_experience::NewExperience;
