/* What the runtime is held to: one function for each thing that C can do to a caller.
 *
 * Built at test time by the fixture `conformance`. Where a value matters, C compares it itself, so that an error in a
 * result's conversion cannot hide one in an argument's.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- every type at its limits ---- */

#define FOR_EACH_INTEGER(DO)                                                                                          \
    DO(i8, int8_t, INT8_MIN, INT8_MAX)                                                                                \
    DO(u8, uint8_t, 0, UINT8_MAX)                                                                                     \
    DO(i16, int16_t, INT16_MIN, INT16_MAX)                                                                            \
    DO(u16, uint16_t, 0, UINT16_MAX)                                                                                  \
    DO(i32, int32_t, INT32_MIN, INT32_MAX)                                                                            \
    DO(u32, uint32_t, 0, UINT32_MAX)                                                                                  \
    DO(i64, int64_t, INT64_MIN, INT64_MAX)                                                                            \
    DO(u64, uint64_t, 0, UINT64_MAX)                                                                                  \
    DO(isize, intptr_t, INTPTR_MIN, INTPTR_MAX)                                                                       \
    DO(usize, uintptr_t, 0, UINTPTR_MAX)

#define DEFINE_INTEGER(NAME, TYPE, LEAST, MOST)                                                                       \
    TYPE echo_##NAME(TYPE value) { return value; }                                                                    \
    TYPE least_##NAME(void) { return LEAST; }                                                                         \
    TYPE most_##NAME(void) { return MOST; }                                                                           \
    bool is_least_##NAME(TYPE value) { return value == LEAST; }                                                       \
    bool is_most_##NAME(TYPE value) { return value == MOST; }                                                         \
    TYPE static_##NAME = MOST;
FOR_EACH_INTEGER(DEFINE_INTEGER)

bool echo_bool(bool value) { return value; }
bool negate(bool value) { return !value; }
float echo_f32(float value) { return value; }
double echo_f64(double value) { return value; }
uint32_t bits_of_f32(float value) { uint32_t bits; memcpy(&bits, &value, 4); return bits; }
uint64_t bits_of_f64(double value) { uint64_t bits; memcpy(&bits, &value, 8); return bits; }
void *echo_pointer(void *value) { return value; }
void *echo_buffer(void *value) { return value; }
void *echo_function(void *value) { return value; }
void nothing(void) {}
int answer(void) { return 42; }

/* Results whose upper bits are not what the declared type says; only the low ones are the function's. */
uint64_t dirty(void) { return UINT64_C(0xDEADBEEFCAFE0080); }
uint64_t dirty_false(void) { return UINT64_C(0xDEADBEEFCAFE0000); }

/* ---- many arguments: weighed, so that no two can change places ---- */

#define W(K) + (K) * (double)a##K
double weigh0(void) { return 0; }
double weigh6(int8_t a1, uint8_t a2, int16_t a3, uint16_t a4, int32_t a5, uint32_t a6)
{ return 0 W(1) W(2) W(3) W(4) W(5) W(6); }
double weigh9(int32_t a1, int32_t a2, int32_t a3, int32_t a4, int32_t a5, int32_t a6, int32_t a7, int32_t a8, int32_t a9)
{ return 0 W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9); }
double weigh10(double a1, float a2, double a3, float a4, double a5, float a6, double a7, float a8, double a9, float a10)
{ return 0 W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9) W(10); }
double weigh20(int8_t a1, double a2, uint16_t a3, float a4, int64_t a5, double a6, bool a7, float a8, int32_t a9,
               double a10, uint8_t a11, float a12, int16_t a13, double a14, uint32_t a15, float a16, uint64_t a17,
               double a18, int8_t a19, float a20)
{ return 0 W(1) W(2) W(3) W(4) W(5) W(6) W(7) W(8) W(9) W(10) W(11) W(12) W(13) W(14) W(15) W(16) W(17) W(18) W(19) W(20); }

/* ---- structs by value ---- */

typedef struct { uint8_t a; } One;
typedef struct { uint8_t a; double b; } Mixed;
typedef struct { float a, b; } Pair;
typedef struct { float a, b, c; } Triple;
typedef struct { int64_t a, b; } Wide;
typedef struct { int32_t a[5]; } Large;
typedef struct { Mixed mixed; Pair pair; Large large; void *p; bool flag; } Nested;
One one(One s) { s.a++; return s; }
Mixed mixed(Mixed s) { s.a++; s.b *= 2; return s; }
Pair pair(Pair s) { return (Pair){s.b, s.a}; }
Triple triple(Triple s) { return (Triple){s.b, s.c, s.a}; }
Wide wide(Wide s) { return (Wide){s.b, s.a}; }
Large large(Large s) { for (int i = 0; i < 5; i++) s.a[i] *= i; return s; }
Nested nested(Nested s, int by) {
    s.mixed.a += by; s.mixed.b += by; s.pair.a += by; s.large.a[4] += by; s.p = (char *)s.p + by; s.flag = !s.flag;
    return s;
}
/* Enough around it that some travels in registers and some on the stack. */
double among(int a, Mixed s, double b, Large t, int c, int d, int e, int f, int g, Pair u, int h)
{ return a + s.a * s.b + b + t.a[0] + t.a[4] + c + d + e + f + g + u.a * u.b + h; }

/* ---- callbacks ---- */

typedef int32_t (*IntToInt)(int32_t);
int32_t sum_of(int32_t count, IntToInt f) { int32_t sum = 0; for (int32_t i = 0; i < count; i++) sum += f(i); return sum; }
void call_void(void (*f)(void)) { f(); }
double call_many(double (*f)(int8_t, double, float, int64_t, uint8_t, uint16_t, bool, uint64_t, void *, double, int16_t,
                             float, int32_t, double, double, double, double, double, double))
{ return f(-8, 0.5, 1.5f, -64, 200, 60000, true, UINT64_MAX, (void *)16, 2.5, -16, 3.5f, -32, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5); }
#define DEFINE_RETURNED(NAME, TYPE, LEAST, MOST) TYPE returned_##NAME(TYPE (*f)(void)) { return f(); }
FOR_EACH_INTEGER(DEFINE_RETURNED)
bool returned_bool(bool (*f)(void)) { return f(); }
float returned_f32(float (*f)(void)) { return f(); }
double returned_f64(double (*f)(void)) { return f(); }
void *returned_pointer(void *(*f)(void)) { return f(); }
uint64_t returned_text(const char *(*f)(void)) { const char *text = f(); return text ? strlen(text) : UINT64_MAX; }
Mixed callback_struct(Mixed (*f)(Mixed, int32_t), Mixed s) { return f(s, 5); }
static IntToInt kept;
void keep(IntToInt f) { kept = f; }
int32_t call_kept(int32_t value) { return kept(value); }
int32_t errno_around(IntToInt f) { errno = 33; f(1); return errno; }

typedef struct { IntToInt f; int32_t value, result; } Task;
static void *perform(void *task) { Task *t = task; t->result = t->f(t->value); return NULL; }
int32_t in_thread(IntToInt f, int32_t value) {
    Task task = {f, value, 0};
    pthread_t thread;
    if (pthread_create(&thread, NULL, perform, &task)) return -1;
    pthread_join(thread, NULL);
    return task.result;
}
int32_t in_threads(IntToInt f, int32_t count) {
    Task tasks[64];
    pthread_t threads[64];
    int32_t sum = 0;
    for (int32_t i = 0; i < count && i < 64; i++) {
        tasks[i] = (Task){f, i, 0};
        pthread_create(&threads[i], NULL, perform, &tasks[i]);
    }
    for (int32_t i = 0; i < count && i < 64; i++) { pthread_join(threads[i], NULL); sum += tasks[i].result; }
    return sum;
}
static void *repeat(void *task) { for (;;) { ((Task *)task)->f(((Task *)task)->value); usleep(500); } return NULL; }
/* A thread that calls back for ever, as an event loop of C's does. */
void repeat_in_thread(IntToInt f, int32_t value) {
    Task *task = malloc(sizeof(Task));
    pthread_t thread;
    *task = (Task){f, value, 0};
    pthread_create(&thread, NULL, repeat, task);
    pthread_detach(thread);
}
static IntToInt at_the_end;
static void last_words(void) { printf("at exit: %d\n", at_the_end(7)); fflush(stdout); }
void call_at_exit(IntToInt f) { at_the_end = f; atexit(last_words); }

/* ---- statics ---- */

bool static_bool = true;
float static_f32 = 0.5f;
double static_f64 = -2.5;
const char *static_text = "static text";
char static_block[8] = "block";
Mixed static_struct = {7, 0.25};
IntToInt static_function = NULL;
void *static_null = NULL;
int32_t counter = 1;
int32_t count_up(void) { return ++counter; }

/* ---- errno, strings, out-parameters, variadics, waiting ---- */

int32_t fail_with(int32_t error) { errno = error; return -1; }
int32_t errno_before(void) { return errno; }
uint64_t length(const char *text) { return strlen(text); }
const char *greeting(void) { return "gr\xc3\xbc\xc3\x9f dich"; }
const char *latin(void) { return "caf\xe9"; }
void fill(uint8_t *block, uint64_t size, uint8_t value) { memset(block, value, size); }
uint64_t checksum(const uint8_t *block, uint64_t size) { uint64_t sum = 0; while (size--) sum += *block++; return sum; }
bool divide(int32_t a, int32_t b, int32_t *quotient, int32_t *remainder) {
    if (!b) return false;
    *quotient = a / b; *remainder = a % b;
    return true;
}
int32_t sum_ints(int32_t count, ...) {
    va_list list; va_start(list, count); int32_t sum = 0;
    while (count--) sum += va_arg(list, int);
    va_end(list); return sum;
}
double sum_doubles(int32_t count, ...) {
    va_list list; va_start(list, count); double sum = 0;
    while (count--) sum += va_arg(list, double);
    va_end(list); return sum;
}
int32_t format(char *out, uint64_t size, const char *pattern, ...) {
    va_list list; va_start(list, pattern);
    int32_t written = vsnprintf(out, size, pattern, list);
    va_end(list); return written;
}
int32_t wait_ms(int32_t ms) { usleep((useconds_t)ms * 1000); errno = ms; return ms; }
int32_t wait_and_sum(int32_t ms, const uint8_t *block, uint64_t size)
{ usleep((useconds_t)ms * 1000); return (int32_t)checksum(block, size); }
uint8_t *allocate(uint64_t size) { return calloc(1, size); }
void release(void *block) { free(block); }

/* ---- names that mean something to Python ---- */

int32_t close_library(void) __asm__("__class__");
int32_t close_library(void) { return 1; }
int32_t dict(void) __asm__("__dict__");
int32_t dict(void) { return 3; }
int32_t doc(void) __asm__("__doc__");
int32_t doc(void) { return 4; }
int32_t items(void) { return 5; }
int32_t mangled(void) __asm__("_ZN3foo3barEv");
int32_t mangled(void) { return 6; }
int32_t accented(void) __asm__("gr\xc3\xbc\xc3\x9f");
int32_t accented(void) { return 7; }
