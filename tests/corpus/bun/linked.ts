import { linkSymbols, type Pointer } from "bun:ffi";

declare function addressOf(name: string): Pointer;
const table = {
  start: { ptr: addressOf("start"), args: ["u32"], returns: "bool" },
  stop: { ptr: addressOf("stop") },
} as const;
export const { symbols: { start, stop } } = linkSymbols(table);
if (start(5)) stop();
