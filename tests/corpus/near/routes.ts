// Deno is used, dlopen is a word; nothing opens a library.
type Route = { parameters: string[]; result: "html" | "json" };
const routes: Record<string, Route> = {
  "/dlopen": { parameters: ["id", "void"], result: "html" },
  "/Porffor.dlopen": { parameters: ["path"], result: "json" },
};
Deno.serve((request) => new Response(routes[new URL(request.url).pathname]?.result ?? "none"));
