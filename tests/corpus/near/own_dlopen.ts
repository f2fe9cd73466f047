import { dlopen } from "./loader.ts";
export const lib = dlopen("libnowhere.so", { open: { args: ["string"], returns: "Handle" }, open2: { parameters: ["void"] } });
