//! Has a body the shape that the document says? Looked at before it is read, because reading alone would take a list for
//! an object, and `null` for what is left out.
//!
//! Knows schemas and no noun. What a text or a number says is read elsewhere.

use super::forms::problem_at;
use super::ordered::Json;
use crate::http::Problem;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use serde_json::Value;

/// Refuses a body of another shape; names the first place.
pub(super) fn check<T: Type>(body: &Json) -> Result<(), Problem> {
    let mut registry = Registry::new();
    T::register(&mut registry);
    let root = T::schema_ref();
    Shapes(&registry).look("", body, Some(&root))
}

struct Shapes<'a>(&'a Registry);

impl<'a> Shapes<'a> {
    fn look(
        &self,
        place: &str,
        value: &Json,
        schema: Option<&'a MetaSchemaRef>,
    ) -> Result<(), Problem> {
        let schema = schema.and_then(|schema| self.follow(schema));
        match value {
            Json::Plain(Value::Null) => Err(problem_at(
                place,
                "`null` is no value here; leave the member out",
            )),
            Json::Items(_) if schema.is_some_and(|schema| self.is_object(schema)) => {
                Err(problem_at(place, "an object is wanted here, not a list"))
            }
            Json::Items(items) => {
                let schema = schema.and_then(|schema| schema.items.as_deref());
                let mut items = items.iter().enumerate();
                items.try_for_each(|(at, item)| self.look(&format!("{place}/{at}"), item, schema))
            }
            Json::Members(members) => members.iter().try_for_each(|(name, member)| {
                let schema = schema.and_then(|schema| self.property(schema, name, value));
                let name: String = name.chars().take(80).collect();
                let name = name.replace('~', "~0").replace('/', "~1");
                self.look(&format!("{place}/{name}"), member, schema)
            }),
            Json::Plain(_) => Ok(()),
        }
    }

    fn follow<'b>(&self, schema: &'b MetaSchemaRef) -> Option<&'b MetaSchema>
    where
        'a: 'b,
    {
        match schema {
            MetaSchemaRef::Inline(schema) => Some(schema),
            MetaSchemaRef::Reference(name) => self.0.schemas.get(name),
        }
    }

    fn is_object(&self, schema: &MetaSchema) -> bool {
        let mut parts = schema.all_of.iter().filter_map(|part| self.follow(part));
        schema.ty == "object" || parts.any(|part| self.is_object(part))
    }

    /// The schema of a member: the object's own, that of a part of it, or that of the union's case which is meant.
    fn property(
        &self,
        schema: &'a MetaSchema,
        name: &str,
        object: &Json,
    ) -> Option<&'a MetaSchemaRef> {
        let own = schema.properties.iter().find(|(other, _)| *other == name);
        let parts = schema.all_of.iter().chain(case(schema, object));
        own.map(|(_, own)| own).or_else(|| {
            let mut schemas = parts.filter_map(|part| self.follow(part));
            schemas.find_map(|part| self.property(part, name, object))
        })
    }
}

/// The case of a union that the members name.
fn case<'a>(schema: &'a MetaSchema, object: &Json) -> Option<&'a MetaSchemaRef> {
    let told = schema.discriminator.as_ref()?;
    let kind = object.get(told.property_name)?.as_text()?;
    let mut mapped = told.mapping.iter();
    let place = mapped.position(|(other, _)| other == kind)?;
    schema.one_of.get(place)
}

#[cfg(test)]
mod tests {
    use super::{Json, check};
    use crate::http::api::wire::application::ApplicationDraft;
    use crate::http::api::wire::role_binding::{ImpactQuestion, RoleBindingDraft};
    use serde_json::{Value, json};

    fn binding() -> Value {
        json!({"role": "x", "subject": {"kind": "team", "id": 1}, "range": {"kind": "everywhere"}})
    }

    fn read(body: &Value) -> Json {
        serde_json::from_str(&body.to_string()).unwrap()
    }

    /// What is said of the body with this value in that place.
    fn with(place: &str, value: Value) -> String {
        let mut body = binding();
        *body.pointer_mut(place).unwrap() = value;
        let problem = check::<RoleBindingDraft>(&read(&body)).unwrap_err();
        problem.to_string()
    }

    #[test]
    fn null_is_refused_wherever_it_stands() {
        assert!(check::<RoleBindingDraft>(&read(&binding())).is_ok());
        for place in ["", "/role", "/subject", "/subject/id", "/range"] {
            assert!(with(place, Value::Null).contains("leave the member out"));
        }
        let mut nested = json!({"draft": binding()});
        assert!(check::<ImpactQuestion>(&read(&nested)).is_ok());
        nested["draft"]["until"] = Value::Null;
        assert!(check::<ImpactQuestion>(&read(&nested)).is_err());
    }

    #[test]
    fn a_list_is_no_object() {
        assert!(with("", json!(["x", {}, {}])).contains("not a list"));
        assert!(with("/subject", json!(["team", {"id": 1}])).contains("not a list"));
        assert!(with("/range", json!(["everywhere"])).contains("not a list"));
        let route = json!({"path": "/", "requirement": ["public"]});
        let draft = json!({"name": "a", "hosts": [], "routes": [route]});
        let problem = check::<ApplicationDraft>(&read(&draft)).unwrap_err();
        assert!(problem.to_string().contains("not a list"), "{problem}");
    }
}
