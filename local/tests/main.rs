//! The local stack from outside: over HTTP, through a real binary, as a client and as an operator see it.

#[cfg(test)]
mod dynamodb;
#[cfg(test)]
mod events;
#[cfg(test)]
mod extensions;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod invoke;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod program;
#[cfg(test)]
mod responses;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod seeding;
#[cfg(test)]
mod signatures;
#[cfg(test)]
mod support;
