// The host that this program runs on, put here by its preload before any dialect is spoken.
//
// A host has a `name`; `open(path, declarations)`, which gives `{ functions, close }` for a list of
// `{ name, symbol, parameters, result, optional }`; `addressOf(bytes)`; `bytesAt(address, length)`; `textAt(address)`;
// and `callback(signature, function)`, which gives `{ address, close }` for a JavaScript function that C may call.

const KEY = Symbol.for("ffi-core.host");

export const setHost = (host) => {
  globalThis[KEY] = host;
};

export const host = () => globalThis[KEY];
