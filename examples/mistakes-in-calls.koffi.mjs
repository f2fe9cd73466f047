// A small use of libc and libm with koffi, with one mistake in each marked line. Nothing here is meant to run:
//   ffi-lsp check examples/mistakes-in-calls.koffi.mjs

import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const libm = koffi.load("libm.so.6");
const Handler = koffi.proto("void Handler(int number)");

const toupper = libc.func("int toupper(int letter)");
const puts = libc.func("int puts(const char *text)");
const signal = libc.func("void *signal(int number, Handler *handler)");
const modf = libm.func("double modf(double value, void *whole)");
const cbrt = libm.func("float cbrt(float number)"); // FFI305: C takes and returns a double
const tolow = libc.func("int tolow(int letter)"); // FFI201: it is called tolower

console.log(toupper(97, 98)); // FFI401: it takes one argument
puts(Buffer.from("hello")); // FFI408: the text does not end
signal(10, (number) => console.log(number)); // FFI507: koffi takes it back after the call
const stop = koffi.register((number) => console.log(number), koffi.pointer(Handler));
koffi.unregister(stop);
signal(12, stop); // FFI501: it is closed

const whole = new Float32Array(1);
console.log(modf(1.5, whole), cbrt(8), tolow(65)); // FFI506: four bytes for a double
libm.unload();
console.log(modf(2.5, null)); // FFI503: the library is closed
