import * as ffi from "node:ffi";

const self = new ffi.DynamicLibrary(null);
const math = new ffi.DynamicLibrary("libm.so.6");
const cos = math.getFunction("cos", { arguments: ["double"], return: "double" });
const { sin, tan } = math.getFunctions({
  sin: { arguments: ["f64"], return: "f64" },
  tan: { arguments: ["float64"], return: "float64" },
});
const getpid = self.getFunction("getpid", { arguments: [], return: "i32" });
console.log(cos(0), sin(0), tan(0), getpid(), math.getSymbol("cos"));
math.close();
