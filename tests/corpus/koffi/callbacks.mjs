import koffi from "koffi";

const { load, proto, register, unregister, pointer } = koffi;
const lib = load("libc.so.6");
const Compare = proto("int Compare(const void *left, const void *right)");
const Visit = proto("Visit", "void", ["str", koffi.types.int]);
const qsort = lib.func("void qsort(_Inout_ void *items, size_t count, size_t size, Compare *compare)");
const bsearch = lib.func("bsearch", "void *", ["void *", "void *", "size_t", "size_t", pointer(Compare)]);

const names = ["b", "a"];
qsort(koffi.as(names, "char **"), names.length, koffi.sizeof("void *"), (left, right) => {
  return koffi.decode(left, "char *").localeCompare(koffi.decode(right, "char *"));
});

const compare = register((left, right) => 0, "Compare *");
const visit = register((name, depth) => console.log(name, depth), pointer(Visit));
bsearch(null, null, 0, 0, compare);
unregister(compare);
unregister(visit);
