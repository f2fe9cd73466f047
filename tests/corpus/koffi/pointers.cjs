const koffi = require("koffi");
const lib = koffi.load(null);
const Binary = koffi.proto("double Binary(double left, double right)");
const find = lib.func("void *dlsym(void *handle, const char *name)");
const address = find(null, "pow");
const pow = koffi.decode(address, Binary);
console.log(pow(2, 10), koffi.call(address, Binary, 2, 3));
const environ = lib.symbol("environ");
console.log(koffi.decode(environ, "char **").length, koffi.address(environ));
