const { getpid, toupper } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
  toupper: { parameters: ["i32"], result: "i32" },
});
console.log(getpid() > 0);
for (let letter = 97; letter < 100; letter++) {
  const upper = toupper(letter);
  console.log(upper);
}
console.log("done");
