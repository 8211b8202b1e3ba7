// A schema of the API as nested lists; named schemas unfold in place.
import { Sentence } from "./notice";
import { Unfold } from "./unfold";
import type { Document, SchemaData } from "./openapi";

interface Props {
  schema: SchemaData;
  document: Document;
}

export function Schema({ schema, document }: Props) {
  const whole = resolved(schema, document);
  if (whole.oneOf) {
    return (
      <ul class="schema">
        {whole.oneOf.map((one, n) => (
          <li key={n}>
            <Schema schema={one} document={document} />
          </li>
        ))}
      </ul>
    );
  }
  if (whole.type === "array" && whole.items) return <Schema schema={whole.items} document={document} />;
  const properties = Object.entries(whole.properties ?? {});
  return (
    <ul class="schema">
      {properties.map(([name, property]) => (
        <li key={name}>
          <code>{name}</code> <span class="muted small">{kind(property, document) + (whole.required?.includes(name) ? "" : ", may be absent")}</span> {words(property) !== "" && <Sentence text={words(property)} />}
          {nested(property, document) && (
            <Unfold class="small" summary={nameOf(property) ?? "Members"}>
              {() => <Schema schema={property} document={document} />}
            </Unfold>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Follows a reference and folds `allOf` into one. */
function resolved(schema: SchemaData, document: Document): SchemaData {
  const named = schema.$ref === undefined ? schema : (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  const parts = (named.allOf ?? []).map((part) => resolved(part, document));
  return parts.reduce<SchemaData>(
    (whole, part) => ({ ...whole, ...part, properties: { ...whole.properties, ...part.properties }, required: [...(whole.required ?? []), ...(part.required ?? [])] }),
    named,
  );
}

function nested(schema: SchemaData, document: Document): boolean {
  const whole = resolved(schema, document);
  const inner = whole.items ? resolved(whole.items, document) : whole;
  return inner.oneOf !== undefined || Object.keys(inner.properties ?? {}).length > 0;
}

function kind(schema: SchemaData, document: Document): string {
  const whole = resolved(schema, document);
  if (whole.enum) return whole.enum.map((one) => `"${one}"`).join(" | ");
  if (whole.type === "array" && whole.items) return `list of ${kind(whole.items, document)}`;
  return whole.oneOf ? "one of several" : (whole.type ?? "object");
}

function words(schema: SchemaData): string {
  return schema.description ?? schema.allOf?.find((part) => part.$ref === undefined)?.description ?? "";
}

function nameOf(schema: SchemaData): string | undefined {
  const reference = schema.$ref ?? schema.items?.$ref ?? schema.allOf?.find((part) => part.$ref !== undefined)?.$ref;
  return reference?.split("/").at(-1);
}
