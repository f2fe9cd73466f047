function logarithm(value) {
  const { ilogb } = Porffor.dlopen("libm.so.6", { ilogb: { parameters: ["f64"], result: "i32" } });
  return ilogb(value);
}
console.log(logarithm(8));
