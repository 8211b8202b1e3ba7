// Writes src/api/schema.d.ts from the pinned OpenAPI document. A property that only adds a description to a schema is
// `allOf` there; openapi-typescript would take the members that tell a union's cases apart out of it, so it is folded.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const source = new URL("../tests/golden/openapi.json", import.meta.url);
const target = new URL("src/api/schema.d.ts", import.meta.url);

function folded(_key, value) {
  const one = value?.allOf?.find((part) => part.$ref !== undefined);
  const rest = value?.allOf?.filter((part) => part !== one) ?? [];
  const onlyWords = rest.every((part) => Object.keys(part).every((key) => ["description", "default", "title"].includes(key)));
  return one !== undefined && onlyWords ? one : value;
}

const document = JSON.parse(await readFile(source, "utf8"), folded);
const types = await openapi(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, emptyObjectsUnknown: true });
await writeFile(target, astToString(types));
