/* One small library for every system: what `build.py` makes of it is read by the tests of ffi_core.library. */

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
/* Exported by demo.def: by number alone, and under another library's name. */
int demo_by_number(void) { return 77; }
#else
#define EXPORT __attribute__((visibility("default")))
EXPORT __attribute__((weak)) int demo_hook(void) { return 0; }
#endif

EXPORT int demo_version = 3;
EXPORT const char demo_name[] = "demo";
EXPORT int demo_add(int a, int b) { return a + b; }
EXPORT double demo_scale(double x) { return x * demo_version; }
int demo_hidden(void) { return 1; }
