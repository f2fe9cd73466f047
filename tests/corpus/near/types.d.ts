declare module "bun:ffi" {
  export function dlopen(path: string, symbols: Record<string, { args?: string[]; returns?: string }>): unknown;
}
declare namespace Porffor {
  function dlopen<T>(path: string, schema: T): { [name in keyof T]: (...values: number[]) => number };
}
