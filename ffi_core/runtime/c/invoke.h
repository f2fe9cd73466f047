/* The call itself: a C function type for each number of registers and stack slots, and the choice between them. */
#ifndef FFI_CORE_INVOKE_H
#define FFI_CORE_INVOKE_H

#include "abi.h"

typedef uint64_t U;
typedef double D;

/* How many registers and stack slots a call fills. More than the function reads does no harm, only costs time. */
enum Shape {
    SHAPE_NONE,
    SHAPE_U1,
    SHAPE_U2,
    SHAPE_U3,
    SHAPE_U4,
    SHAPE_U6,
    SHAPE_D1,
    SHAPE_D2,
    SHAPE_D4,
    SHAPE_D8,
    SHAPE_U3_D3,
    SHAPE_MIXED,
    SHAPE_U_STACK2,
    SHAPE_U_STACK6,
    SHAPE_STACK2,
    SHAPE_STACK8,
    SHAPE_STACK16,
    SHAPE_STACK64,
};

#define U8T U, U, U, U, U, U, U, U
#define D8T D, D, D, D, D, D, D, D
#define V4(s, i) s[i].u, s[i + 1].u, s[i + 2].u, s[i + 3].u
#define V8(s, i) V4(s, i), V4(s, i + 4)
#define D4(s, i) s[i].d, s[i + 1].d, s[i + 2].d, s[i + 3].d
#define D8(s, i) D4(s, i), D4(s, i + 4)
#if INTEGER_REGISTERS == 6
#define GT U, U, U, U, U, U
#define GV V4(s, 0), s[4].u, s[5].u
#else
#define GT U8T
#define GV V8(s, 0)
#endif
#define XV D8(s, INTEGER_REGISTERS)

#define DEFINE_INVOKE(R, NAME)                                                                                        \
    INLINE R NAME(const void *address, int shape, const Slot *s)                                                      \
    {                                                                                                                 \
        const Slot *x = s + INTEGER_REGISTERS, *m = s + REGISTERS;                                                    \
        switch (shape) {                                                                                              \
        case SHAPE_NONE: return ((R(*)(void))address)();                                                              \
        case SHAPE_U1: return ((R(*)(U))address)(s[0].u);                                                             \
        case SHAPE_U2: return ((R(*)(U, U))address)(s[0].u, s[1].u);                                                  \
        case SHAPE_U3: return ((R(*)(U, U, U))address)(s[0].u, s[1].u, s[2].u);                                       \
        case SHAPE_U4: return ((R(*)(U, U, U, U))address)(V4(s, 0));                                                  \
        case SHAPE_U6: return ((R(*)(GT))address)(GV);                                                                \
        case SHAPE_D1: return ((R(*)(D))address)(x[0].d);                                                             \
        case SHAPE_D2: return ((R(*)(D, D))address)(x[0].d, x[1].d);                                                  \
        case SHAPE_D4: return ((R(*)(D, D, D, D))address)(D4(x, 0));                                                  \
        case SHAPE_D8: return ((R(*)(D8T))address)(D8(x, 0));                                                         \
        case SHAPE_U3_D3:                                                                                             \
            return ((R(*)(U, U, U, D, D, D))address)(s[0].u, s[1].u, s[2].u, x[0].d, x[1].d, x[2].d);                 \
        case SHAPE_MIXED: return ((R(*)(GT, D8T))address)(GV, XV);                                                    \
        case SHAPE_U_STACK2: return ((R(*)(GT, U, U))address)(GV, m[0].u, m[1].u);                                    \
        case SHAPE_U_STACK6: return ((R(*)(GT, U, U, U, U, U, U))address)(GV, V4(m, 0), m[4].u, m[5].u);              \
        case SHAPE_STACK2: return ((R(*)(GT, D8T, U, U))address)(GV, XV, m[0].u, m[1].u);                             \
        case SHAPE_STACK8: return ((R(*)(GT, D8T, U8T))address)(GV, XV, V8(m, 0));                                    \
        case SHAPE_STACK16: return ((R(*)(GT, D8T, U8T, U8T))address)(GV, XV, V8(m, 0), V8(m, 8));                    \
        default:                                                                                                      \
            return ((R(*)(GT, D8T, U8T, U8T, U8T, U8T, U8T, U8T, U8T, U8T))address)(                                  \
                GV, XV, V8(m, 0), V8(m, 8), V8(m, 16), V8(m, 24), V8(m, 32), V8(m, 40), V8(m, 48), V8(m, 56));        \
        }                                                                                                             \
    }

DEFINE_INVOKE(uint64_t, invoke_integer)
DEFINE_INVOKE(double, invoke_double)
DEFINE_INVOKE(float, invoke_float)

INLINE Slot
invoke(int class, const void *address, int shape, const Slot *slots)
{
    if (class == CLASS_F64) {
        return (Slot){.d = invoke_double(address, shape, slots)};
    }
    if (class == CLASS_F32) {
        return from_float(invoke_float(address, shape, slots));
    }
    return (Slot){.u = invoke_integer(address, shape, slots)};
}

/* The cheapest shape that fills all those registers and stack slots. */
static uint8_t
shape_of(int integers, int floats, int stack)
{
    if (!stack && !floats) {
        static const uint8_t shapes[] = {SHAPE_NONE, SHAPE_U1, SHAPE_U2, SHAPE_U3, SHAPE_U4};
        return integers < 5 ? shapes[integers] : SHAPE_U6;
    }
    if (!stack && !integers) {
        return floats == 1 ? SHAPE_D1 : floats == 2 ? SHAPE_D2 : floats <= 4 ? SHAPE_D4 : SHAPE_D8;
    }
    if (!stack) {
        return integers <= 3 && floats <= 3 ? SHAPE_U3_D3 : SHAPE_MIXED;
    }
    if (!floats && stack <= 6) {
        return stack <= 2 ? SHAPE_U_STACK2 : SHAPE_U_STACK6;
    }
    return stack <= 2 ? SHAPE_STACK2 : stack <= 8 ? SHAPE_STACK8 : stack <= 16 ? SHAPE_STACK16 : SHAPE_STACK64;
}

/* Slots that a shape reads: integers, floats, stack. */
static const struct {
    uint8_t integers, floats, stack;
} shape_reads[] = {
    [SHAPE_NONE] = {0, 0, 0},
    [SHAPE_U1] = {1, 0, 0},
    [SHAPE_U2] = {2, 0, 0},
    [SHAPE_U3] = {3, 0, 0},
    [SHAPE_U4] = {4, 0, 0},
    [SHAPE_U6] = {INTEGER_REGISTERS, 0, 0},
    [SHAPE_D1] = {0, 1, 0},
    [SHAPE_D2] = {0, 2, 0},
    [SHAPE_D4] = {0, 4, 0},
    [SHAPE_D8] = {0, 8, 0},
    [SHAPE_U3_D3] = {3, 3, 0},
    [SHAPE_MIXED] = {INTEGER_REGISTERS, FLOAT_REGISTERS, 0},
    [SHAPE_U_STACK2] = {INTEGER_REGISTERS, 0, 2},
    [SHAPE_U_STACK6] = {INTEGER_REGISTERS, 0, 6},
    [SHAPE_STACK2] = {INTEGER_REGISTERS, FLOAT_REGISTERS, 2},
    [SHAPE_STACK8] = {INTEGER_REGISTERS, FLOAT_REGISTERS, 8},
    [SHAPE_STACK16] = {INTEGER_REGISTERS, FLOAT_REGISTERS, 16},
    [SHAPE_STACK64] = {INTEGER_REGISTERS, FLOAT_REGISTERS, MAX_STACK},
};

#endif
