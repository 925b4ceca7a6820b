import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const web = process.env.CT112_WEB ?? "http://127.0.0.1:8112";

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: "CT112-NONCE" }, // `ct112 web` puts a new one into every answer
  define: { __CT112_BUILD__: JSON.stringify(process.env.CT112_BUILD ?? "dev") },
  build: {
    rolldownOptions: {
      input: { index: "index.html", "agency-sw": "src/agency/phone/sw.ts" },
      output: { entryFileNames: ({ name }) => (name === "agency-sw" ? "[name].js" : "assets/[name]-[hash].js") },
    },
    outDir: process.env.CT112_SCREENS_OUT ?? "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // they know light-dark(); older ones get it rewritten, badly
    assetsInlineLimit: 0, // the policy allows no data: but for pictures
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": { target: web, ws: true }, "/readyz": web } },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/shared/test.ts"] },
});
