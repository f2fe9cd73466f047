// Types for the other modules of the program.
import koffi from "koffi";
export const Session = koffi.opaque("Session");
export const Reply = koffi.struct("Reply", { code: "int", body: "char *" });
export const i32 = koffi.alias("i32", "int32_t");
