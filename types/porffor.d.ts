// Types for Porffor's native bindings: TypeScript then infers, from the schema that is written, what each function takes.
// Add this file to a project's `include`, or name it in `files`. It needs TypeScript 5.0.
//
// It accepts what Porffor 0.61 compiles and hands over rightly, and nothing else. What only the library and its headers
// can tell is what `ffi-lsp` checks.

declare namespace Porffor {
  /** A type of a parameter that Porffor can turn into C. */
  type NativeType = "i8" | "i16" | "i32" | "u32" | "i64" | "u64" | "f32" | "f64" | "pointer" | "buffer";

  /** A type of a result. Whatever it says, Porffor reads a signed 32-bit integer. */
  type NativeResult = NativeType | "bool";

  /** One function of a library. */
  interface Declaration {
    /** The types of the parameters, in order; `[]` where there are none. */
    readonly parameters: readonly NativeType[];
    /** The type of the result; left out for a C function that returns void. */
    readonly result?: NativeResult;
    /** Bun's field; here it is `parameters`. */
    readonly args?: never;
    /** Bun's field; here it is `result`. */
    readonly returns?: never;
    /** Node's field; here it is `parameters`. */
    readonly arguments?: never;
    /** Node's field; here it is `result`. */
    readonly return?: never;
    /** Porffor ignores this, and looks the key up: write C's name as the key. */
    readonly name?: never;
    /** Porffor ignores this: the call blocks. */
    readonly nonblocking?: never;
    /** Porffor ignores this: a call of a missing symbol crashes. */
    readonly optional?: never;
  }

  /** The functions of a library, by their C names. */
  interface Schema {
    readonly [symbol: string]: Declaration;
  }

  /** What a call may pass for a parameter of some type. */
  type Argument<Type> = Type extends "i64" | "u64"
    ? number | bigint
    : Type extends "pointer"
      ? /** An address; `null` is NULL. */ number | null
      : Type extends "buffer"
        ? /** A text in ASCII, or the address of bytes: a typed array itself would be passed as its header. */ string | number
        : number;

  /** The arguments of a call, in order. */
  type Arguments<Types extends readonly NativeType[]> = { -readonly [Index in keyof Types]: Argument<Types[Index]> };

  /** The function that a declaration makes. */
  type NativeFunction<Declared extends Declaration> = (
    ...values: Arguments<Declared["parameters"]>
  ) => Declared extends { readonly result: NativeResult } ? number : void;

  /**
   * Bind functions of a native library. Porffor reads this call while it compiles: both arguments are written out here, and
   * the functions are taken by destructuring, under their own names.
   *
   * @param library the library's file, as the dynamic loader looks for it.
   * @param schema the functions, by their C names.
   */
  function dlopen<const Declared extends Schema>(
    library: string,
    schema: Declared,
  ): { readonly [Symbol in keyof Declared]: NativeFunction<Declared[Symbol]> };

  /** Instructions of Porffor's memory. */
  namespace wasm {
    namespace i32 {
      /** Read a signed 32-bit integer, `offset` bytes behind where a value lies. */
      function load(value: unknown, alignment: number, offset: number): number;
    }
  }
}
