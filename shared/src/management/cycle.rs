//! That a key is given new secrets by itself: who may say so, and where. Doing it is [`rotate`](super::rotate)'s.

use payload::Field;

use crate::contract::denial::Violation;
use crate::gate::app::App;
use crate::registry::author::Author;
use crate::registry::error::{Result, both};
use crate::registry::key::{Cycle, Every, Overlap};

/// What is said of a key's cycle: what is left out stays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) every: Field<Every>,
    pub(super) overlap: Field<Overlap>,
}

impl Wanted {
    /// What is said of a key that is made.
    pub(super) fn of_new(every: Option<Every>, overlap: Option<Overlap>) -> Self {
        Self { every: given(every), overlap: given(overlap) }
    }

    /// The cycle of a key that had the cycle `before`.
    ///
    /// # Errors
    /// The author is not the operator, the stack rotates no keys, or the overlap is none of a key that is rotated so often.
    pub(super) fn applied(self, app: &App, before: Option<Cycle>, author: &Author) -> Result<Option<Cycle>> {
        let Self { every, overlap } = self;
        let may = author.may_label([("rotateEvery", !every.is_left_out()), ("rotateOverlap", !overlap.is_left_out())]);
        let (sets_every, sets_overlap) = (matches!(every, Field::Value(_)), matches!(overlap, Field::Value(_)));
        // Whoever could ask for it would wait for what never comes.
        let is_off = !app.rotates && (sets_every || sets_overlap);
        let can = if is_off { Err(Violation::new("rotateEvery", OFF).into()) } else { Ok(()) };
        let after = every.applied(before.map(|cycle| cycle.every));
        let cycle = match after {
            None if sets_overlap => Err(Violation::new("rotateOverlap", "needs rotateEvery").into()),
            None => Ok(None),
            Some(every) => {
                let asked = overlap.applied(before.map(|cycle| cycle.overlap));
                let overlap = asked.unwrap_or_else(|| every.usual_overlap());
                let same = before.filter(|cycle| cycle.every == every);
                let cycle =
                    same.map_or_else(|| Cycle::begun(every, overlap, author.at), |same| Cycle { overlap, ..same });
                let is_sound = overlap.0 < every.0;
                if is_sound { Ok(Some(cycle)) } else { Err(Violation::new("rotateOverlap", LONG).into()) }
            }
        };
        let ((cycle, ()), ()) = both(both(cycle, can), may)?;

        Ok(cycle)
    }
}

const OFF: &str = "is not to be had: this stack rotates no keys, its parameter Rotation is off";

const LONG: &str = "must be less than rotateEvery";

fn given<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::LeftOut, Field::Value)
}
