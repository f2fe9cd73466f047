// A helper of another module downloads the library; its options are no schema and no path of ours.
import { dlopen, type FetchOptions } from "jsr:@denosaurs/plug";

const options: FetchOptions = {
  name: "shapes",
  url: "https://example.org/releases/1.0/",
  suffixes: { darwin: { aarch64: "_aarch64" } },
};
export const { symbols } = await dlopen(options, {
  area: { parameters: ["f64", "f64"], result: "f64" },
  name: { parameters: [], result: "string" },
});
