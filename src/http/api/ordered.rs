//! JSON whose members stay as they were written, in their order and with those that are repeated.
//!
//! Knows nothing of what it holds.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// A value whose members are in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    /// An object.
    Members(Vec<(String, Json)>),
    /// A list.
    Items(Vec<Json>),
    /// What has no parts.
    Plain(Value),
}

impl Json {
    /// A text.
    pub(super) fn text(text: &str) -> Self {
        Self::Plain(Value::from(text))
    }

    /// The text that it is.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Plain(value) => value.as_str(),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::Items(items) => items,
            _ => &[],
        }
    }

    /// The members of an object; none of anything else.
    pub(super) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Members(members) => members,
            _ => &[],
        }
    }

    /// The members of an object, to be changed.
    pub(super) fn members_mut(&mut self) -> Option<&mut Vec<(String, Self)>> {
        match self {
            Self::Members(members) => Some(members),
            _ => None,
        }
    }

    /// A member.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let member = self.members().iter().find(|(other, _)| other == name);
        member.map(|(_, value)| value)
    }

    /// A member, to be changed.
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let mut members = self.members_mut()?.iter_mut();
        members
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    /// Sets a member, in its old place if there was one.
    pub(super) fn put(&mut self, name: &str, value: Self) {
        if let Some(present) = self.get_mut(name) {
            *present = value;
        } else if let Some(members) = self.members_mut() {
            members.push((name.to_owned(), value));
        }
    }

    /// Takes a member away.
    pub(super) fn take(&mut self, name: &str) -> Option<Self> {
        let members = self.members_mut()?;
        let place = members.iter().position(|(other, _)| other == name)?;
        Some(members.remove(place).1)
    }

    /// Changes this value and every one in it, the outer ones first.
    pub(super) fn each_mut(&mut self, change: &impl Fn(&mut Self)) {
        change(self);
        match self {
            Self::Members(members) => members.iter_mut().for_each(|(_, v)| v.each_mut(change)),
            Self::Items(items) => items.iter_mut().for_each(|item| item.each_mut(change)),
            Self::Plain(_) => {}
        }
    }

    /// Looks at this value and at every one in it.
    pub(super) fn each<'a>(&'a self, look: &mut impl FnMut(&'a Self)) {
        look(self);
        match self {
            Self::Members(members) => members.iter().for_each(|(_, value)| value.each(look)),
            Self::Items(items) => items.iter().for_each(|item| item.each(look)),
            Self::Plain(_) => {}
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Members(members) => serializer.collect_map(members.iter().map(|(n, v)| (n, v))),
            Self::Items(items) => serializer.collect_seq(items),
            Self::Plain(value) => value.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Json::Members(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::Items(items))
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Plain(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Plain(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::text(value))
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn what_is_read_is_written_in_the_same_order() {
        let text = r#"{"b":[1,-2,1.5,true,null,"x"],"a":{"d":{},"c":[]}}"#;
        let json: Json = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&json).unwrap(), text);
    }

    #[test]
    fn members_are_set_in_place_and_taken() {
        let mut json: Json = serde_json::from_str(r#"{"b":1,"a":2}"#).unwrap();
        json.put("b", Json::text("x"));
        json.put("c", Json::text("y"));
        assert!(json.take("a").is_some() && json.take("a").is_none());
        assert_eq!(
            serde_json::to_string(&json).unwrap(),
            r#"{"b":"x","c":"y"}"#
        );
    }
}
