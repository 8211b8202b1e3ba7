// A schema of the API as nested lists; named schemas unfold in place.
import type { Document, SchemaData } from "../../api/openapi";
import { Sentence } from "../text/sentence";
import { Unfold } from "./lazy-details";

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
  if (whole.type === "array" && whole.items)
    return <Schema schema={whole.items} document={document} />;
  const properties = Object.entries(whole.properties ?? {});
  return (
    <ul class="schema">
      {properties.map(([name, property]) => (
        <li key={name}>
          <code>{name}</code>{" "}
          <span class="muted small">
            {kind(property, document) + (whole.required?.includes(name) ? "" : ", may be absent")}
          </span>{" "}
          {words(property) !== "" && <Sentence text={words(property)} />}
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

/** Follows a reference. */
function resolved(schema: SchemaData, document: Document): SchemaData {
  return schema.$ref === undefined
    ? schema
    : (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
}

function nested(schema: SchemaData, document: Document): boolean {
  const whole = resolved(schema, document);
  const inner = whole.items ? resolved(whole.items, document) : whole;
  return inner.oneOf !== undefined || Object.keys(inner.properties ?? {}).length > 0;
}

function kind(schema: SchemaData, document: Document): string {
  const whole = resolved(schema, document);
  if (whole.const !== undefined) return `"${whole.const}"`;
  if (whole.enum) return whole.enum.map((one) => `"${one}"`).join(" | ");
  if (whole.type === "array" && whole.items) return `list of ${kind(whole.items, document)}`;
  return whole.oneOf ? "one of several" : (whole.type ?? "object");
}

function words(schema: SchemaData): string {
  return schema.description ?? "";
}

function nameOf(schema: SchemaData): string | undefined {
  return (schema.$ref ?? schema.items?.$ref)?.split("/").at(-1);
}
