// Addresses that a loader gives are set in the table when the program runs.
import { CFunction, linkSymbols, type Pointer } from "bun:ffi";

type Entry = { args: string[]; returns?: string; ptr?: Pointer };
const commands: Record<string, Entry> = {
  glClear: { args: ["u32"] },
  glGetError: { args: [], returns: "u32" },
};
export function load(address: (name: string) => Pointer) {
  for (const name of Object.keys(commands)) commands[name].ptr = address(name);
  const { symbols } = linkSymbols(commands as never);
  const swap = CFunction({ ...commands.glClear, ptr: address("swap") } as never);
  return { symbols, swap };
}
