/* What the ABI and CPython fix: registers, slots, the letters of the types and the classes they fall into. */
#ifndef FFI_CORE_ABI_H
#define FFI_CORE_ABI_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__) && !defined(_WIN32) && !defined(__ILP32__)
#define INTEGER_REGISTERS 6
#elif defined(__aarch64__) && defined(__linux__) && !defined(__ILP32__) && !defined(__AARCH64EB__)
#define INTEGER_REGISTERS 8
#else
#error "no fast path for this ABI; the install goes on without it and cffi makes the calls"
#endif

#ifdef Py_GIL_DISABLED
#error "no fast path without the GIL; the install goes on without it and cffi makes the calls"
#endif

#define FLOAT_REGISTERS 8
#define REGISTERS (INTEGER_REGISTERS + FLOAT_REGISTERS)
#define MAX_STACK 64
#define MAX_PARAMETERS (REGISTERS + MAX_STACK)
#define INLINE static inline __attribute__((always_inline))
#define COLD __attribute__((cold, noinline))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* One argument or result on its way: a register, or eight bytes of the stack. */
typedef union {
    uint64_t u;
    double d;
} Slot;

/* A float travels in the low half of its register or stack slot. */
INLINE Slot
from_float(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    return (Slot){.u = bits};
}

INLINE float
to_float(Slot slot)
{
    const uint32_t bits = (uint32_t)slot.u;
    float number;
    memcpy(&number, &bits, sizeof(number));
    return number;
}

/* Letters of the types, shared with runtime/fast.py; the struct module's where it has one. */
enum Kind {
    KIND_BOOL = '?',
    KIND_I8 = 'b',
    KIND_U8 = 'B',
    KIND_I16 = 'h',
    KIND_U16 = 'H',
    KIND_I32 = 'i',
    KIND_U32 = 'I',
    KIND_I64 = 'q',
    KIND_U64 = 'Q',
    KIND_F32 = 'f',
    KIND_F64 = 'd',
    KIND_POINTER = 'p',
    KIND_BUFFER = 's',
    KIND_FUNCTION = 'c',
    KIND_VOID = 'v',
};

/* How a value is converted. Every integer type that fits int64_t is one class, told apart by range, shift and mask. */
enum Class {
    CLASS_VOID,
    CLASS_INT,
    CLASS_UINT64,
    CLASS_ADDRESS,
    CLASS_BOOL,
    CLASS_F64,
    CLASS_F32,
    CLASS_BUFFER,
    CLASS_FUNCTION,
    CLASS_ANY, /* of a whole signature: its parameters differ */
};

typedef struct {
    int64_t least, most; /* of CLASS_INT: what Python may pass */
    uint64_t mask;       /* of CLASS_INT: what is left of a native value, */
    uint8_t shift;       /* once its sign bit went to the top and back */
    uint8_t class;
    uint8_t slot; /* where the value travels */
} Type;

static void
classify(uint8_t kind, Type *type)
{
    const struct {
        uint8_t kind, bits, is_signed;
    } integers[] = {{KIND_I8, 8, 1},  {KIND_U8, 8, 0},   {KIND_I16, 16, 1}, {KIND_U16, 16, 0},
                    {KIND_I32, 32, 1}, {KIND_U32, 32, 0}, {KIND_I64, 64, 1}};
    for (size_t index = 0; index < sizeof(integers) / sizeof(integers[0]); index++) {
        if (integers[index].kind == kind) {
            int bits = integers[index].bits;
            type->class = CLASS_INT;
            type->mask = UINT64_MAX;
            if (integers[index].is_signed) {
                type->shift = (uint8_t)(64 - bits);
                type->most = (int64_t)(UINT64_MAX >> 1 >> type->shift);
                type->least = -type->most - 1;
            } else {
                type->mask = UINT64_MAX >> (64 - bits);
                type->most = (int64_t)type->mask;
            }
            return;
        }
    }
    switch (kind) {
    case KIND_VOID: type->class = CLASS_VOID; break;
    case KIND_U64: type->class = CLASS_UINT64; break;
    case KIND_BOOL: type->class = CLASS_BOOL; break;
    case KIND_F32: type->class = CLASS_F32; break;
    case KIND_F64: type->class = CLASS_F64; break;
    case KIND_BUFFER: type->class = CLASS_BUFFER; break;
    case KIND_FUNCTION: type->class = CLASS_FUNCTION; break;
    default: type->class = CLASS_ADDRESS;
    }
}

INLINE int
is_float(int class)
{
    return class == CLASS_F64 || class == CLASS_F32;
}

/* Give each of `count` types its slot; false where the stack's slots run out. Counts what is used. */
static int
assign_slots(Type *types, Py_ssize_t count, int *integers, int *floats, int *stack)
{
    *integers = *floats = *stack = 0;
    for (Type *type = types; type < types + count; type++) {
        if (is_float(type->class) && *floats < FLOAT_REGISTERS) {
            type->slot = (uint8_t)(INTEGER_REGISTERS + (*floats)++);
        } else if (!is_float(type->class) && *integers < INTEGER_REGISTERS) {
            type->slot = (uint8_t)(*integers)++;
        } else if (*stack < MAX_STACK) {
            type->slot = (uint8_t)(REGISTERS + (*stack)++);
        } else {
            return 0;
        }
    }
    return 1;
}

/* The errors of ffi_core.errors and the Python half of rare conversions; set once by configure(). */
static struct {
    PyObject *closed_error;
    PyObject *describe_argument;
    PyObject *describe_arity;
    PyObject *pointer_fallback;
    PyObject *add_later_exception;
} python;

#endif
