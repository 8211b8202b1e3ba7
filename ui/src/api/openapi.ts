// The parts of the OpenAPI document that the API reference shows.
import { ApiError } from "./client";

/** A schema, or a reference to a named one. */
export interface SchemaData {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  const?: string;
  enum?: string[];
  items?: SchemaData;
  properties?: Record<string, SchemaData>;
  required?: string[];
  oneOf?: SchemaData[];
}

interface Content {
  content?: Record<string, { schema?: SchemaData }>;
}

interface Parameter {
  name: string;
  in: string;
  description?: string;
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, SchemaData> };
}

interface RawOperation {
  operationId: string;
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { description?: string }>;
}

/** One operation with its path and method. */
export interface Operation {
  id: string;
  tag: string;
  method: string;
  path: string;
  summary: string;
  parameters: Parameter[];
  body: SchemaData | undefined;
  responses: { status: string; description: string; schema: SchemaData | undefined }[];
}

export async function fetchDocument(): Promise<OpenApiDocument> {
  const response = await fetch("/api/openapi.json");
  if (!response.ok)
    throw new ApiError(response.status, {
      title: "The OpenAPI document cannot be loaded",
      detail: `The server answered with status ${response.status}.`,
    });
  return (await response.json()) as OpenApiDocument;
}

/** All operations, in the document's order. */
export function operations(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(path, method, raw)),
  );
}

function operationOf(path: string, method: string, raw: RawOperation): Operation {
  const responses = Object.entries(raw.responses).map(([status, response]) => ({
    status,
    description: response.description ?? "",
    schema: schemaOf(response),
  }));
  return {
    id: raw.operationId,
    tag: raw.tags?.[0] ?? "Other",
    method: method.toUpperCase(),
    path,
    summary: raw.summary ?? "",
    parameters: raw.parameters ?? [],
    body: raw.requestBody && schemaOf(raw.requestBody),
    responses,
  };
}

function schemaOf({ content }: Content): SchemaData | undefined {
  return Object.values(content ?? {})[0]?.schema;
}
