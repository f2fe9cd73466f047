let path: string;
switch (Deno.build.os) {
  case "windows":
    path = "./bin/noise.dll";
    break;
  case "darwin":
    path = "./bin/libnoise.dylib";
    break;
  default:
    path = `./bin/libnoise-${Deno.build.arch}.so`;
}

const lib = Deno.dlopen(path, {
  noise_open: { parameters: ["u32", "f32"], result: "pointer" },
  noise_sample: { parameters: ["pointer", "buffer", "usize"], result: "void", nonblocking: true },
  noise_close: { parameters: ["pointer"], result: "void" },
});

export async function samples(count: number): Promise<Float32Array> {
  const handle = lib.symbols.noise_open(44_100, 0.5);
  const data = new Float32Array(count);
  await lib.symbols.noise_sample(handle, data, BigInt(count));
  lib.symbols.noise_close(handle);
  return data;
}
