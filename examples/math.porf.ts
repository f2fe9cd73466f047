// Asks the C maths library for whole numbers, which Porffor carries without loss: the binary exponent of a double and of
// a float, and the rounding mode. Run it with:  porf native math.porf.ts math && ./math
// The names are those that <math.h> does not declare by default: Porffor's C includes it, and would declare them twice.

const { ilogbf64, ilogbf32, fegetround } = Porffor.dlopen("libm.so.6", {
  ilogbf64: { parameters: ["f64"], result: "i32" },
  ilogbf32: { parameters: ["f32"], result: "i32" },
  fegetround: { parameters: [], result: "i32" },
});

console.log("exponent of 1e300: " + ilogbf64(1e300));
console.log("exponent of 0.1: " + ilogbf64(0.1));
console.log("exponent of 0.1 as a float: " + ilogbf32(0.1));
console.log("rounding mode: " + fegetround());
