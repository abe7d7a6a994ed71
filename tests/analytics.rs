mod get;
mod tallies;
