// Writes src/api/schema.d.ts from the pinned OpenAPI document.
import { writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const source = new URL("../tests/golden/openapi.json", import.meta.url);
const target = new URL("src/api/schema.d.ts", import.meta.url);

const types = await openapi(source, {
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  emptyObjectsUnknown: true,
});
await writeFile(target, astToString(types));
