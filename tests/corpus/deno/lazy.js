let library;
/** @returns {Deno.DynamicLibrary<any>["symbols"]} */
export function libm() {
  library ??= Deno.dlopen("libm.so.6", {
    cos: { parameters: ["f64"], result: "f64" },
    frexp: { parameters: ["f64", "buffer"], result: "f64" },
    fmaf: { parameters: ["f32", "f32", "f32"], result: "f32" },
  });
  return library.symbols;
}
console.log(libm().cos(0), libm().fmaf(1, 2, 3));
