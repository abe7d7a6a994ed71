"""Checks: functions that are known by a sentence. Each gets a `Portal`, and what it raises is its failure."""

import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

CHECKS = []


@dataclass(frozen=True)
class Check:
    sentence: str
    function: Callable
    contracts: tuple
    browser: str

    @property
    def module(self):
        return self.function.__module__


@dataclass(frozen=True)
class Outcome:
    contract: str
    sentence: str
    failure: str | None


# The product whose pages can do the least, and the one whose can do the most: for what all products have in common.
LEAST_AND_MOST = ("fayne", "fanfare")


def check(sentence, contracts=("fayne", "fabraix", "thefaq", "fanfare"), browser="plain"):
    """Makes a check of a function. `browser` is `plain`, or `caching`: one that keeps pages for Back and Forward."""

    def keep(function):
        CHECKS.append(Check(sentence, function, contracts, browser))
        return function

    return keep


def attempt(check, portal):
    """Runs one check. The line about it is printed at once."""
    failure, begun = None, time.monotonic()
    try:
        check.function(portal)
    except Exception as error:
        failure = told(error)
        portal.picture(check.sentence)
    finally:
        try:
            portal.tidy()
        except Exception as error:
            failure = failure or told(error)
    return outcome(portal.contract.name, check.sentence, failure, time.monotonic() - begun)


def outcome(contract, sentence, failure, seconds=None):
    took = "" if seconds is None else f" ({seconds:.1f} s)"
    print(f"{'FAILED' if failure else 'ok':6} {contract}: {sentence}{took}", flush=True)
    return Outcome(contract, sentence, failure)


def told(error):
    """What went wrong and where, without what Playwright's log adds."""
    lines = re.sub(r"\x1b\[\d+m", "", str(error)).strip().splitlines() or [type(error).__name__]
    here = [frame for frame in traceback.extract_tb(error.__traceback__) if "/.ci/portal/" in frame.filename]
    where = " < ".join(
        f"{frame.filename.rsplit('/', 1)[1]}:{frame.lineno} {frame.line}" for frame in reversed(here[-2:])
    )
    return "\n".join([*lines[:30], f"at {where}"])
