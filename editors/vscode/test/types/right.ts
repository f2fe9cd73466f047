// What Porffor compiles: TypeScript finds nothing wrong, and infers what stands here.

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : "the types differ";
const same = <One, Other>(_: Same<One, Other>): void => undefined;

const { open, close, scale, version } = Porffor.dlopen("libdemo.so", {
  open: { parameters: ["buffer", "pointer", "i32"], result: "i32" },
  close: { parameters: ["pointer"] },
  scale: { parameters: ["f64", "i64"], result: "f64" },
  version: { parameters: [], result: "bool" },
});

same<typeof open, (name: string | number, out: number | null, flags: number) => number>(true);
same<typeof close, (handle: number | null) => void>(true);
same<typeof scale, (factor: number, count: number | bigint) => number>(true);
same<typeof version, () => number>(true);

const out = new Uint32Array(2);
open("data", Porffor.wasm.i32.load(out, 0, 4), 0);
open(Porffor.wasm.i32.load(out, 0, 4), null, 2);
close(scale(0.5, 5n) + version());

export {};
