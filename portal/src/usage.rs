//! What became of the requests with a key, and the limits that it is under.

use jiff::Timestamp;

/// A limit and how much of it is used.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// How many requests there may be in a window.
    pub requests: u64,
    /// The window.
    pub window: Window,
    /// How many there were in the present one.
    pub used: u64,
    /// When the next window begins.
    pub resets: Timestamp,
    /// Who has set it for this key alone; `None` where it is the plan's.
    pub set_by: Option<SetBy>,
    /// Whether it holds for every span of that length.
    pub slides: bool,
    /// Whether it is of all keys of the organization together.
    pub is_shared: bool,
}

/// Who has set a limit of a key's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The team whose API it is.
    Operator,
    /// Somebody of the organization.
    Manager,
}

/// How long a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

impl Window {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The window of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == name)
    }

    /// What the form for a key sends its limit as.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Second => "limit-second",
            Self::Minute => "limit-minute",
            Self::Hour => "limit-hour",
            Self::Day => "limit-day",
            Self::Week => "limit-week",
            Self::Month => "limit-month",
        }
    }
}

/// The usage of a key in a range of time.
#[derive(Clone, Debug)]
pub struct Usage {
    /// The range.
    pub range: Range,
    /// Its parts, the oldest first, at most 31 for a chart that can be read; the last one has `now` in it.
    pub buckets: Vec<Bucket>,
    /// Refusals by reason, most first. They add up to the refusals in `buckets`.
    pub refusals: Vec<Refusal>,
    /// Whether the parts are days of UTC although the page has another zone: days of that one do not begin with an hour of UTC.
    pub is_utc: bool,
}

/// How far back usage is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// 24 hours, by hours.
    Day,
    /// 7 days, by days.
    Week,
    /// 30 days, by days.
    Days30,
    /// 13 months, by months.
    Months13,
}

impl Range {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Days30, Self::Months13];

    /// Its name in an address: `?range=24h`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Days30 => "30d",
            Self::Months13 => "13m",
        }
    }

    /// The range of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == name)
    }
}

/// A part of a range.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// What became of its requests.
    pub counts: Counts,
}

/// How many requests had each outcome. Each request is in exactly one of the numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Let in and answered with 2xx or 3xx.
    pub successes: u64,
    /// Let in and answered with 4xx.
    pub client_errors: u64,
    /// Let in and answered with 5xx.
    pub server_errors: u64,
    /// Let in by a verification: how they were answered is not known.
    pub verifications: u64,
    /// Refused.
    pub refused: u64,
}

/// Why requests were refused, and how many.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Why.
    pub reason: RefusalReason,
    /// How many.
    pub requests: u64,
}

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The key is switched off.
    Inactive,
    /// The key has expired.
    Expired,
    /// The organization is locked.
    Locked,
    /// The plan has no API.
    NoApiOnPlan,
    /// Too many requests.
    RateLimited,
    /// Too many requests with all keys of the organization together.
    OrganizationRateLimited,
    /// It came from where the key may not be used.
    AddressNotAllowed,
    /// The key lacks a permission.
    MissingScope,
    /// Something else: the name that the usage has for it.
    Other(String),
}

impl RefusalReason {
    /// The reason that the usage has this name for: `rate_limited`.
    pub fn of(name: &str) -> Self {
        match name {
            "inactive_key" => Self::Inactive,
            "expired_key" => Self::Expired,
            "organization_locked" => Self::Locked,
            "no_api_on_plan" => Self::NoApiOnPlan,
            "rate_limited" => Self::RateLimited,
            "organization_rate_limited" => Self::OrganizationRateLimited,
            "address_not_allowed" => Self::AddressNotAllowed,
            "missing_scope" => Self::MissingScope,
            other => Self::Other(other.to_owned()),
        }
    }
}
