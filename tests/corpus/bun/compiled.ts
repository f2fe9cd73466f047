import { cc } from "bun:ffi";
import source from "./hello.c" with { type: "file" };

const { symbols: { hello, make } } = cc({
  source,
  library: ["c"],
  symbols: {
    hello: { args: ["i32", "ptr"], returns: "int" },
    make: { args: ["napi_env", "napi_value"], returns: "napi_value" },
  },
});
console.log(hello(1, null), make("text"));
