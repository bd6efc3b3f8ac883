// Gathers the browser packages that `npm ci` brought into assets/vendor/: ES modules, fonts, CSS and outlines.
import { build } from "esbuild";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";

const out = "assets/vendor";
rmSync(out, { recursive: true, force: true });
mkdirSync(`${out}/fonts`, { recursive: true });

/** One ES module and its types. */
async function bundle(name, contents) {
  writeFileSync(`${out}/${name}.d.ts`, contents);
  await build({
    stdin: { contents, resolveDir: "." },
    bundle: true, minify: true, format: "esm", target: "es2022", outfile: `${out}/${name}.js`,
  });
}

const library = ["d3-array", "d3-format", "d3-scale", "d3-time", "d3-time-format", "topojson-client", "rison2"];
await bundle("library", library.map((name) => `export * from "${name}";`).join("\n"));
mkdirSync(`${out}/live`);
await bundle("live/ably", 'export { BaseRealtime, Crypto, FetchRequest, RealtimePresence, Rest, WebSocketTransport } from "ably/modular";');
cpSync("node_modules/bootstrap/dist/css/bootstrap.min.css", `${out}/bootstrap.min.css`);
cpSync("node_modules/us-atlas/states-10m.json", `${out}/states-10m.json`);
for (const subset of ["latin", "latin-ext"])
  cpSync(`node_modules/@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`, `${out}/fonts/inter-${subset}.woff2`);
