//! What a caller has given for a member, to be read by serde's derived code: stricter than JSON's own reader, and it names
//! the place of a fault. JSON is taken apart one level at a time, as far as somebody asks for what is in it.

use std::{fmt, slice};

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use crate::contract::fault::Fault;

/// One value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'de> {
    /// A parameter of the path or the query.
    Text(&'de str),
    /// JSON, and how many lists and objects it is in.
    Json(&'de RawValue, u8),
}

/// A member of an object, or a parameter, with its name.
pub(crate) type Member<'de> = (String, Given<'de>);

/// The most lists and objects that a value may be in, if what is in it is of interest.
const DEPTH_MAX: u8 = 32;

/// The name by which `serde_json`'s `RawValue` asks for a value as it was written.
const AS_WRITTEN: &str = "$serde_json::private::RawValue";

impl<'de> Given<'de> {
    /// As it was written.
    fn text(self) -> &'de str {
        match self {
            Self::Text(text) => text,
            Self::Json(json, _) => json.get(),
        }
    }

    /// The text itself, or what the JSON string stands for.
    fn string(self) -> Result<String, Fault> {
        match self {
            Self::Text(text) => Ok(text.to_owned()),
            Self::Json(json, _) if json.get().starts_with('"') => serde_json::from_str(json.get()).map_err(unreadable),
            Self::Json(..) => Err(Fault::new("must be a string")),
        }
    }

    fn list(self) -> Result<Vec<Self>, Fault> {
        let (elements, depth): (Vec<&RawValue>, _) = self.parts('[', "must be a list")?;

        Ok(elements.into_iter().map(|element| Self::Json(element, depth)).collect())
    }

    /// The members of the object that it is, in their order.
    pub(crate) fn object(self) -> Result<Vec<Member<'de>>, Fault> {
        let (Written(members), depth) = self.parts('{', "must be an object")?;

        Ok(members.into_iter().map(|(name, value)| (name, Self::Json(value, depth))).collect())
    }

    /// What is in the list or object that it is, and how deep that is.
    fn parts<T: Deserialize<'de>>(self, opening: char, otherwise: &'static str) -> Result<(T, u8), Fault> {
        match self {
            Self::Json(_, DEPTH_MAX) => Err(Fault::new("is nested too deep")),
            Self::Json(json, depth) if json.get().starts_with(opening) => {
                Ok((serde_json::from_str(json.get()).map_err(unreadable)?, depth.saturating_add(1)))
            }
            Self::Json(..) | Self::Text(_) => Err(Fault::new(otherwise)),
        }
    }
}

fn unreadable(error: serde_json::Error) -> Fault {
    Fault::custom(error)
}

/// The whole number that `text` is with a fraction or an exponent: `60.0` and `6e1` are whole, too (JSON Schema 2020-12, 6.1.1).
/// `None` as well where a double does not hold it exactly.
fn whole(text: &str) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number: f64 = serde_json::from_str(text).ok()?;

    (number.fract() == 0.0 && number.abs() <= EXACT).then(|| format!("{number:.0}").parse().ok())?
}

/// Methods of a deserializer that do what another does.
macro_rules! alike {
    ($method:ident: $($others:ident)*) => {$(
        fn $others<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$method(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Given<'de> {
    type Error = Fault;

    alike!(deserialize_u64: deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    alike!(deserialize_f64: deserialize_f32);
    alike!(deserialize_string: deserialize_str deserialize_char deserialize_identifier);

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct tuple tuple_struct }

    /// Whoever takes anything gets it from `serde_json`, and no fault in it is named.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Json(json, _) => json.deserialize_any(visitor).map_err(unreadable),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.text().parse().or(Err(Fault::new("must be a boolean")))?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.text();
        match (text.parse(), text.parse(), self) {
            (Ok(number), ..) => visitor.visit_u64(number),
            (_, Ok(number), _) => visitor.visit_i64(number),
            (.., Self::Text(_)) => Err(Fault::out_of_range()),
            (.., Self::Json(json, _)) => match whole(json.get()) {
                Some(number) => visitor.visit_i64(number),
                None => Err(Fault::new("must be a whole number")),
            },
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let number = self.text().parse().ok().filter(|number: &f64| number.is_finite());

        visitor.visit_f64(number.ok_or_else(|| Fault::new("must be a number"))?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.string()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Json(json, _) if json.get() == "null" => visitor.visit_none(),
            Self::Json(..) | Self::Text(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Self::Json(json, _) if name == AS_WRITTEN => {
                json.deserialize_newtype_struct(name, visitor).map_err(unreadable)
            }
            Self::Json(..) | Self::Text(_) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Elements(self.list()?.iter().enumerate()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Members::of(self.object()?.iter()))
    }

    /// An object: serde would also take a list, member by member, and make their order a promise.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if self.text().starts_with('{') && matches!(self, Self::Json(..)) {
            return visitor.visit_enum(MapAccessDeserializer::new(Members::of(self.object()?.iter())));
        }
        let name = self.string().or(Err(Fault::unknown_variant("", variants)))?;

        visitor.visit_enum(name.into_deserializer())
    }
}

/// Members on their way into a value.
#[derive(Debug)]
pub(crate) struct Members<'a, 'de> {
    /// Those that nobody has asked for yet.
    pub(crate) left: slice::Iter<'a, Member<'de>>,
    /// The one that was asked for last; `None` before the first and after the last.
    pub(crate) now: Option<&'a Member<'de>>,
}

impl<'a, 'de> Members<'a, 'de> {
    pub(crate) const fn of(left: slice::Iter<'a, Member<'de>>) -> Self {
        Self { left, now: None }
    }
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.now = self.left.next();
        self.now.map(|(name, _)| seed.deserialize(name.as_str().into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self.now.ok_or_else(|| Fault::custom("a value is read before its name"))?;

        seed.deserialize(*value).map_err(|fault| fault.within(name))
    }
}

struct Elements<'a, 'de>(std::iter::Enumerate<slice::Iter<'a, Given<'de>>>);

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let read = |(index, element): (_, &Given<'de>)| {
            seed.deserialize(*element).map_err(|fault| fault.within(&format!("[{index}]")))
        };

        self.0.next().map(read).transpose()
    }
}

/// The members of a JSON object, all of them: those, too, that have the same name.
struct Written<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for Written<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Vec::new()))
    }
}

impl<'de> Visitor<'de> for Written<'de> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
        }

        Ok(self)
    }
}
