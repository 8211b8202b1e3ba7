// A schema of the API as nested lists. Named schemas are expanded in place.
import type { OpenApiDocument, SchemaData } from "../../api/openapi";
import { Sentence } from "../text/sentence";
import { LazyDetails } from "./lazy-details";

interface Props {
  schema: SchemaData;
  document: OpenApiDocument;
}

export function SchemaView({ schema, document }: Props) {
  const whole = resolve(schema, document);
  if (whole.oneOf) {
    return (
      <ul class="schema">
        {whole.oneOf.map((one, n) => (
          <li key={n}>
            <SchemaView schema={one} document={document} />
          </li>
        ))}
      </ul>
    );
  }
  if (whole.type === "array" && whole.items)
    return <SchemaView schema={whole.items} document={document} />;
  const properties = Object.entries(whole.properties ?? {});
  return (
    <ul class="schema">
      {properties.map(([name, property]) => (
        <li key={name}>
          <code>{name}</code>{" "}
          <span class="muted small">
            {describeType(property, document) +
              (whole.required?.includes(name) ? "" : ", optional")}
          </span>{" "}
          {descriptionOf(property) !== "" && <Sentence text={descriptionOf(property)} />}
          {hasMembers(property, document) && (
            <LazyDetails class="small" summary={nameOf(property) ?? "Members"}>
              {() => <SchemaView schema={property} document={document} />}
            </LazyDetails>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Follows a `$ref`. */
function resolve(schema: SchemaData, document: OpenApiDocument): SchemaData {
  return schema.$ref === undefined
    ? schema
    : (document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
}

function hasMembers(schema: SchemaData, document: OpenApiDocument): boolean {
  const whole = resolve(schema, document);
  const inner = whole.items ? resolve(whole.items, document) : whole;
  return inner.oneOf !== undefined || Object.keys(inner.properties ?? {}).length > 0;
}

function describeType(schema: SchemaData, document: OpenApiDocument): string {
  const whole = resolve(schema, document);
  if (whole.const !== undefined) return `"${whole.const}"`;
  if (whole.enum) return whole.enum.map((one) => `"${one}"`).join(" | ");
  if (whole.type === "array" && whole.items)
    return `list of ${describeType(whole.items, document)}`;
  return whole.oneOf ? "one of" : (whole.type ?? "object");
}

function descriptionOf(schema: SchemaData): string {
  return schema.description ?? "";
}

function nameOf(schema: SchemaData): string | undefined {
  return (schema.$ref ?? schema.items?.$ref)?.split("/").at(-1);
}
