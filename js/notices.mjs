// Licences of the packages inside the bundles: their terms ask that the notices travel with every copy.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of the packages that esbuild's metafiles name as inputs, each once, sorted by name. */
function packageFolders(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found) folders.add(found[1]);
    }
  }
  return [...folders].sort();
}

function licence(folder) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n").trim() : "";
  return { name: `${about.name} ${about.version} (${about.license})`, text };
}

/** Write one text file with every bundled package's name, version and licence; equal texts stand once. */
export function writeNotices(here, metafiles, target) {
  const named = new Map();
  for (const folder of packageFolders(metafiles)) {
    const { name, text } = licence(join(here, folder));
    named.set(text, [...(named.get(text) ?? []), name]);
  }
  const rule = `\n${"-".repeat(100)}\n\n`;
  const notices = [...named].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  const head = "The JavaScript files in this folder contain these packages.\n";
  writeFileSync(target, [head, ...notices].join(rule));
}
