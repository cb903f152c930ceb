// Enketo comes as sources with names to be filled in by whoever uses it: fill them with its own.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const own = {
  config: "config.js",
  widgets: "src/js/widgets.js",
  translator: "src/js/fake-translator.js",
  dialog: "src/js/fake-dialog.js",
  "file-manager": "src/js/file-manager.js",
  "xpath-evaluator-binding": "src/js/xpath-evaluator-binding.js",
};
const alias = Object.fromEntries(
  Object.entries(own).map(([name, path]) => [`enketo/${name}`, here(`node_modules/enketo-core/${path}`)]),
);

await build({
  entryPoints: [here("enketo.js")],
  outfile: here("out/enketo.js"),
  bundle: true,
  format: "esm",
  alias,
  external: ["libxslt"], // of its build for node alone
  logLevel: "error",
});
