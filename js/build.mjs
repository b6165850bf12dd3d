// Builds the committed bundles; `--tests`, `--harness` and `--bench` build into js/build, which is not committed.
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { writeNotices } from "./notices.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const staticDir = join(here, "..", "sm_track_widgets", "static");
const out = join(here, "build");
const common = { bundle: true, target: "es2022", absWorkingDir: here, logLevel: "warning", charset: "utf8" };
// The licences that legalComments would repeat are written to one file beside the bundles.
const minified = { ...common, minify: true, format: "esm", legalComments: "none", metafile: true };

async function bundles() {
  const views = await build({
    ...minified,
    entryPoints: {
      widget: "src/widget.ts",
      detail: "src/detail.ts",
      plots: "src/plots.ts",
      explorer: "src/explorer.ts",
    },
    outdir: staticDir,
  });
  // All have the style sheet in common; one copy is enough.
  for (const name of ["detail.css", "plots.css", "explorer.css"]) rmSync(join(staticDir, name));
  // The bundle may meet an AMD loader on the page (RequireJS in older notebooks): vega's dependencies must not see it.
  const chunk = await build({
    ...minified,
    entryPoints: { "vega-chunk": "src/vega_chunk.ts" },
    outdir: staticDir,
    define: { "define.amd": "false" },
  });
  writeNotices(here, [views.metafile, chunk.metafile], join(staticDir, "THIRD_PARTY_NOTICES.txt"));
}

async function tests() {
  const directory = join(here, "src", "lib");
  const files = readdirSync(directory).filter((name) => name.endsWith(".test.ts"));
  rmSync(join(out, "tests"), { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: files.map((name) => join(directory, name)),
    outdir: join(out, "tests"),
    platform: "node",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
  });
}

/** A page opens from the disk, without a server: one classic script with the gzipped chunk inside. */
async function page(name, look) {
  const chunk = await build({
    ...minified,
    entryPoints: ["src/vega_chunk.ts"],
    write: false,
    define: { "define.amd": "false" },
  });
  const gz = gzipSync(chunk.outputFiles[0].contents, { level: 9 });
  const virtual = {
    name: "vega-chunk",
    setup(api) {
      api.onResolve({ filter: /^virtual:vega-chunk$/ }, () => ({ path: "vega-chunk", namespace: "virtual" }));
      api.onLoad({ filter: /.*/, namespace: "virtual" }, () => ({ contents: gz, loader: "binary" }));
    },
  };
  await build({
    ...look,
    entryPoints: { [name]: `harness/${name}.ts` },
    outdir: out,
    format: "iife",
    plugins: [virtual],
  });
}

const wanted = process.argv[2];
const targets = {
  "--tests": tests,
  "--harness": () => page("harness", common),
  "--bench": () => page("bench", { ...minified, metafile: false }),
};
await (targets[wanted] ?? bundles)();
