// The types that are named here are defined by the module beside this one.
import koffi from "koffi";
import "./types.mjs";
const lib = koffi.load(new URL("./libsession.so", import.meta.url).pathname.replace(/^\/x/, ""));
export const open = lib.func("Session *session_open(const char *url)");
export const ask = lib.func("session_ask", "i32", ["Session *", "str", "_Out_ Reply *"]);
