import koffi from "koffi";

const libc = koffi.load("libc.so.6");
const FILE = koffi.opaque("FILE");
const size = koffi.alias("my_size", "size_t");
const fopen = libc.func("FILE *fopen(const char *path, const char *mode)");
const fclose = libc.func("int fclose(FILE *file)");
const fread = libc.func("size_t fread(_Out_ void *data, my_size length, my_size count, FILE *file)");
const printf = libc.func("int printf(const char *format, ...)");
const getpid = libc.func("int getpid(void)");
const strdup = libc.func("str! strdup(const char *text)");
const gettimeofday = libc.func("gettimeofday", "int", ["_Out_ int64_t *", "void *"]);

const file = fopen("/etc/hostname", "r");
const data = Buffer.alloc(64);
if (file !== null) {
  printf("%d bytes, as number %d\n", "size_t", fread(data, 1, 64, file), "int", 5);
  fclose(file);
}
getpid.async((error, pid) => console.log(error, pid, strdup("x"), gettimeofday(new BigInt64Array(2), null), size, FILE));
