import * as native from "bun:ffi";

abstract class Binding<S extends Record<string, native.FFIFunction>> {
  protected readonly lib: native.Library<S>;
  constructor(name: string, symbols: S) {
    this.lib = native.dlopen(`lib${name}.${native.suffix}`, symbols);
  }
}

export class Audio extends Binding<{ audio_open: { args: ["u32"]; returns: "ptr" } }> {
  constructor() {
    super("audio-not-here", { audio_open: { args: ["u32"], returns: "ptr" } });
  }
  open(rate: number) {
    return this.lib.symbols.audio_open(rate);
  }
}
