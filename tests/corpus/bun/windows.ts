import { dlopen, FFIType as T } from "bun:ffi";
// Handles are pointers; wide strings are buffers of 16-bit units.
const user32 = dlopen("user32.dll", {
  MessageBoxW: { args: [T.ptr, T.ptr, T.ptr, T.u32], returns: T.i32 },
  GetForegroundWindow: { args: [], returns: T.ptr },
  SetWindowPos: { args: [T.ptr, T.ptr, T.i32, T.i32, T.i32, T.i32, T.u32], returns: T.bool },
});
const wide = (text: string) => Buffer.from(text + "\0", "utf16le");
export const alert = (text: string) => user32.symbols.MessageBoxW(null, wide(text), wide("Note"), 0);
