const Vector2 = { struct: ["f32", "f32"] } as const;
const Color = { struct: ["u8", "u8", "u8", "u8"] } as const;
const Rectangle = { struct: ["f32", "f32", "f32", "f32"] } as const;
const Camera = { struct: [Vector2, Vector2, "f32", "f32"] } as const;

export const raylib = Deno.dlopen(Deno.env.get("RAYLIB")!, {
  InitWindow: { parameters: ["i32", "i32", "buffer"], result: "void" },
  DrawRectangleRec: { parameters: [Rectangle, Color], result: "void" },
  GetScreenToWorld2D: { parameters: [Vector2, Camera], result: Vector2 },
  WindowShouldClose: { parameters: [], result: "bool" },
} as const).symbols;

const white = new Uint8Array([255, 255, 255, 255]);
while (!raylib.WindowShouldClose()) raylib.DrawRectangleRec(new Float32Array([0, 0, 10, 10]), white);
