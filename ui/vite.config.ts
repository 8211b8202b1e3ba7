// How the web UI is bundled. Nothing is inlined: the content security policy allows only files of this origin.
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";

// The wheel of the FastAPI package, which the server that serves this UI also serves.
const project = readFileSync(
  new URL("../packaging/fastapi/pyproject.toml", import.meta.url),
  "utf8",
);
const version = /^version = "(.+)"$/m.exec(project)?.[1];
if (version === undefined)
  throw new Error('packaging/fastapi/pyproject.toml has no line `version = "…"`');

export default defineConfig({
  define: {
    "import.meta.env.VITE_FASTAPI_WHEEL": JSON.stringify(
      `samovar_fastapi-${version}-py3-none-any.whl`,
    ),
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npm run dev` beside a running server; the UI itself never names an address.
  server: {
    proxy: Object.fromEntries(
      ["/api", "/auth"].map((path) => [path, process.env.SAMOVAR_URL ?? "http://127.0.0.2:8080"]),
    ),
  },
});
