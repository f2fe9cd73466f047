// Bindings for koffi with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes.koffi.mjs
import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const Stream = koffi.opaque("Stream");
const Empty = koffi.struct("Empty", {}); // FFI109: C has no empty structs
const Pair = koffi.struct("Pair", { left: "i64", right: "int64" }); // FFI101: another runtime's name
const Order = koffi.proto("int Order(const void *left, const void *right"); // FFI107: a bracket is missing
const fopen = libc.func("Strean *fopen(const char *path, const char *mode)"); // FFI101: it is Stream
const pipe = libc.func("int pipe(int ends[2])"); // FFI107: in C, too, an array is a pointer here
const strtoul = libc.func("unsigned long strtoul(const char *text, char **end)"); // FFI301: and the base?
const strlen = libc.func("int strlen(const char *text)"); // FFI303: longer texts exist
const opendir = libc.func("opendirr", "void *", ["str"]); // FFI201: one r too many
const callback = koffi.register("Order *", () => 0); // FFI110: the wrong way round
strtoul("12"); // FFI401: it is declared with two
console.log(Stream, Empty, Pair, Order, fopen, pipe, strlen, opendir, callback);
