// How the web UI is bundled. Nothing is inlined: the content security policy allows only files of this origin.
import { defineConfig } from "vite";

export default defineConfig({
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
