const symbols = { zlibVersion: { parameters: [], result: "pointer" } } as const;

function open() {
  for (const name of ["libz.so", "libz.so.1", "/usr/local/lib/libz.dylib", "zlib1.dll"]) {
    try {
      return Deno.dlopen(name, symbols);
    } catch {
      continue;
    }
  }
  throw new Error("zlib is not installed");
}

const zlib = open();
console.log(Deno.UnsafePointerView.getCString(zlib.symbols.zlibVersion()!));
zlib.close();
