"use strict";
const { dlopen } = require("node:ffi");
const candidates = { linux: "libz.so.1", darwin: "libz.dylib", win32: "zlib1.dll" };
const definitions = {
  crc32: { arguments: ["uint64", "buffer", "uint32"], return: "uint64" },
  zlibVersion: { arguments: [], return: "string" },
};
module.exports = function open() {
  const { functions } = dlopen(candidates[process.platform], definitions);
  return functions;
};
