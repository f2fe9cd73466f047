import { SYMBOLS } from "./sqlite_schema.ts";

const SQLITE_TRANSIENT = -1n;
const { symbols: sqlite, close } = Deno.dlopen(Deno.env.get("SQLITE_PATH") ?? "libsqlite3.so.0", SYMBOLS);
const encoder = new TextEncoder();
const text = (value: string): Uint8Array => encoder.encode(`${value}\0`);

export class Database {
  #handle: Deno.PointerValue;

  constructor(path: string, flags = 6) {
    const out = new BigUint64Array(1);
    const status = sqlite.sqlite3_open_v2(text(path), out, flags, null);
    if (status !== 0) throw new Error(`sqlite error ${status}`);
    this.#handle = Deno.UnsafePointer.create(out[0]);
  }

  bind(statement: Deno.PointerValue, index: number, value: string): void {
    const bytes = encoder.encode(value);
    sqlite.sqlite3_bind_text(statement, index, bytes, bytes.length, SQLITE_TRANSIENT);
  }

  close(): void {
    sqlite.sqlite3_close_v2(this.#handle);
    this.#handle = null;
  }
}

export function unload(): void {
  close();
}
