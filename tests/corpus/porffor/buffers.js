const { access, sync } = Porffor.dlopen("libc.so.6", {
  access: { parameters: ["buffer", "i32"], result: "i32" },
  sync: { parameters: [] },
});
const missing = access("/no/such/file", 0);
sync();
console.log(missing);
