//! JSON that keeps the order of members and repeated members: a repeated member of a request is an error, and the
//! OpenAPI document keeps its order.
//!
//! Knows no schema and no noun. Must never merge or sort members.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// An object, with its members as they were written.
    Object(Vec<(String, Json)>),
    /// A list.
    Array(Vec<Json>),
    /// Any other value.
    Scalar(Value),
}

impl Json {
    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Scalar(Value::from(text))
    }

    /// The string, if the value is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    /// The whole number, if the value is one. `90.0` is 90: JSON has one kind of number (RFC 8259 section 6).
    pub fn as_integer(&self) -> Option<i64> {
        const LARGEST_EXACT: f64 = 9_007_199_254_740_991.0;
        let Self::Scalar(Value::Number(number)) = self else {
            return None;
        };
        let float = number.as_f64().filter(|_| number.is_f64());
        let whole = float.filter(|float| float.fract() == 0.0 && float.abs() <= LARGEST_EXACT);
        let whole = whole.and_then(|whole| format!("{whole:.0}").parse().ok());
        number.as_i64().or(whole)
    }

    /// The items of a list; none of any other value.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::Array(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; none of any other value.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The members of an object, mutable.
    pub fn members_mut(&mut self) -> Option<&mut Vec<(String, Self)>> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The first member of this name.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let member = self.members().iter().find(|(other, _)| other == name);
        member.map(|(_, value)| value)
    }

    /// A member, mutable.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let mut members = self.members_mut()?.iter_mut();
        members
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Replaces a member in its place, or appends it.
    pub fn put(&mut self, name: &str, value: Self) {
        if let Some(present) = self.get_mut(name) {
            *present = value;
        } else if let Some(members) = self.members_mut() {
            members.push((name.to_owned(), value));
        }
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) -> Option<Self> {
        let members = self.members_mut()?;
        let place = members.iter().position(|(other, _)| other == name)?;
        Some(members.remove(place).1)
    }

    /// Changes this value, then every value in it.
    pub fn each_mut(&mut self, change: &impl Fn(&mut Self)) {
        change(self);
        match self {
            Self::Object(members) => members.iter_mut().for_each(|(_, v)| v.each_mut(change)),
            Self::Array(items) => items.iter_mut().for_each(|item| item.each_mut(change)),
            Self::Scalar(_) => {}
        }
    }

    /// Visits this value, then every value in it.
    pub fn each<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Object(members) => members.iter().for_each(|(_, value)| value.each(visit)),
            Self::Array(items) => items.iter().for_each(|item| item.each(visit)),
            Self::Scalar(_) => {}
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(members) => serializer.collect_map(members.iter().map(|(n, v)| (n, v))),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Scalar(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

macro_rules! scalars {
    ($($visit:ident: $type:ty),*) => {$(
        fn $visit<E: Error>(self, value: $type) -> Result<Json, E> {
            Ok(Json::Scalar(value.into()))
        }
    )*};
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Value::Null))
    }

    scalars!(visit_bool: bool, visit_u64: u64, visit_i64: i64, visit_f64: f64, visit_str: &str);
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn integers_are_exact_or_refused() {
        let integer = |text: &str| serde_json::from_str::<Json>(text).unwrap().as_integer();
        for (text, expected) in [("90", 90), ("90.0", 90), ("-3", -3), ("9e1", 90)] {
            assert_eq!(integer(text), Some(expected), "{text}");
        }
        for text in ["1.5", "1e300", "18446744073709551615", "\"1\"", "true"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }

    #[test]
    fn members_are_written_in_the_order_read() {
        let text = r#"{"b":[1,-2,1.5,true,null,"x"],"a":{"d":{},"c":[]}}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
    }

    #[test]
    fn members_are_replaced_in_place_and_removed() {
        let mut json: Json = serde_json::from_str(r#"{"b":1,"a":2}"#).unwrap();
        json.put("b", Json::text("x"));
        json.put("c", Json::text("y"));
        assert!(json.remove("a").is_some() && json.remove("a").is_none());
        assert_eq!(
            serde_json::to_string(&json).unwrap(),
            r#"{"b":"x","c":"y"}"#
        );
    }
}
