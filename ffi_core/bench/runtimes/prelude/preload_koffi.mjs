// Run before a program on Node: finds koffi in the cache of runtimes, where the program's own folders have none.

import { createRequire, registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const cache = createRequire(new URL(import.meta.url).search.slice(1));
const url = pathToFileURL(cache.resolve("koffi")).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "koffi") return next(specifier, context);
    try {
      return next(specifier, context);
    } catch {
      return { url, format: "commonjs", shortCircuit: true };
    }
  },
});
