/* The fast path: one builtin function per native symbol, whose `self` is the plan of the call.
 *
 * On x86-64 SysV and AArch64 Linux a function's integer arguments and its floating point arguments travel in separate
 * registers, and whatever does not fit goes to the stack in slots of eight bytes. So a C function type
 * `(integers..., doubles..., stack...)` reaches every function of scalars, whatever the order of its parameters, and no
 * code has to be generated at run time. Structs by value, variadic functions and other ABIs are `portable.py`'s.
 *
 * Sources: System V ABI, AMD64 supplement, 3.2.3; Procedure Call Standard for the Arm 64-bit Architecture, 6.8.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

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

typedef union {
    uint64_t u;
    double d;
    float f;
} Slot;

/* Codes of the types, shared with runtime/plan.py; the letters are the struct module's where it has one. */
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

/* What a native call leaves behind on its thread. */
#ifdef __GLIBC__
#define FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define FAST_TLS
#endif
static _Thread_local FAST_TLS struct {
    int saved_errno;
} thread_state;

/* The errors of ffi_core.errors, and the Python half of rare conversions; set once by configure(). */
static PyObject *closed_error;
static PyObject *describe_argument;
static PyObject *describe_arity;
static PyObject *pointer_fallback;

/* ---- a library that is open ---------------------------------------------------------------------------------- */

typedef struct Plan Plan;

typedef struct {
    PyObject_HEAD
    void *handle; /* dlopen's; NULL once closed */
    Plan *plans;  /* every plan bound to this library, so that closing can take their addresses away */
} Library;

/* How an argument is converted. Every integer type that fits int64_t is one class, told apart by its range. */
enum Class {
    CLASS_INT,
    CLASS_UINT64,
    CLASS_ADDRESS,
    CLASS_BOOL,
    CLASS_F64,
    CLASS_F32,
    CLASS_BUFFER,
    CLASS_ANY, /* of a whole signature: its parameters differ */
};

/* How a result is converted. Every integer type that fits int64_t is one class, told apart by shift and mask. */
enum Result { RESULT_VOID, RESULT_INT, RESULT_UINT64, RESULT_ADDRESS, RESULT_BOOL, RESULT_F64, RESULT_F32 };

struct Plan {
    PyObject_VAR_HEAD
    void *address; /* NULL once the library is closed; read only after the arguments are converted */
    uint8_t shape;
    uint8_t result;
    uint8_t holds;  /* parameters that may lock a buffer during the call */
    uint8_t padded; /* whether the shape reads slots that no parameter fills */
    uint8_t shift;  /* of RESULT_INT: brings the sign bit to the top and back */
    uint64_t mask;  /* of RESULT_INT: what is left of it */
    Library *library; /* keeps the code in memory; NULL for a bare address */
    Plan *previous, *next;
    PyObject *declaration; /* ffi_core.model.Declaration, for messages */
    PyObject *name, *doc;  /* own the text that `method` points into */
    PyMethodDef method;
    struct Parameter {
        int64_t least, most; /* of CLASS_INT */
        uint8_t class;
        uint8_t slot;
    } parameters[];
};

static PyTypeObject *library_type;
static PyTypeObject *plan_type;

static PyObject *
library_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *encoded = NULL;
    static char *keywords[] = {"path", NULL};
    PyObject *path;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Library", keywords, &path)) {
        return NULL;
    }
    if (path != Py_None && !PyUnicode_FSConverter(path, &encoded)) {
        return NULL;
    }
    const char *file = encoded ? PyBytes_AS_STRING(encoded) : NULL;
    const char *message = NULL;
    void *handle;
    /* Constructors run here, for as long as they like. */
    Py_BEGIN_ALLOW_THREADS
    handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        message = dlerror(); /* thread-local in glibc and musl */
    }
    Py_END_ALLOW_THREADS
    if (!handle) {
        PyErr_SetString(PyExc_OSError, message ? message : "dlopen failed");
        Py_XDECREF(encoded);
        return NULL;
    }
    Py_XDECREF(encoded);
    Library *self = (Library *)type->tp_alloc(type, 0);
    if (!self) {
        dlclose(handle);
        return NULL;
    }
    self->handle = handle;
    return (PyObject *)self;
}

static PyObject *
library_address(Library *self, PyObject *name)
{
    const char *symbol = PyUnicode_AsUTF8(name);
    if (!symbol) {
        return NULL;
    }
    if (!self->handle) {
        PyErr_SetString(closed_error, "the library is closed");
        return NULL;
    }
    dlerror();
    void *address = dlsym(self->handle, symbol);
    /* A weak symbol may resolve to NULL without an error; nobody can call or read it, so it counts as missing. */
    return address ? PyLong_FromVoidPtr(address) : Py_NewRef(Py_None);
}

static PyObject *
library_close(Library *self, PyObject *Py_UNUSED(ignored))
{
    void *handle = self->handle;
    self->handle = NULL;
    for (Plan *plan = self->plans; plan; plan = plan->next) {
        plan->address = NULL;
    }
    if (handle) {
        Py_BEGIN_ALLOW_THREADS
        dlclose(handle);
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static void
library_dealloc(Library *self)
{
    /* Not dlclose: addresses that C gave out, and destructors that C registered, outlive this object. */
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef library_methods[] = {
    {"address", (PyCFunction)library_address, METH_O, "address(name) -> int, or None where the library lacks it."},
    {"close", (PyCFunction)library_close, METH_NOARGS, "Unload; every function bound to it raises ClosedError."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot library_slots[] = {
    {Py_tp_doc, "Library(path): an open native library; path None is the process itself."},
    {Py_tp_new, library_new},
    {Py_tp_dealloc, library_dealloc},
    {Py_tp_methods, library_methods},
    {0, NULL},
};

static PyType_Spec library_spec = {
    .name = "ffi_core.runtime._fastcall.Library",
    .basicsize = sizeof(Library),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = library_slots,
};

/* ---- Python values to slots ---------------------------------------------------------------------------------- */

/* What has to be undone after the call: locks on buffers. */
typedef struct {
    PyObject *locked;  /* a bytearray whose export count was raised */
    Py_buffer *buffer; /* or a buffer that was asked for */
} Hold;

typedef struct {
    Hold *holds;
    int count;
} Holds;

/* What was wrong with that argument, in words that both backends share. */
static COLD void
set_argument_error(const Plan *plan, int index, PyObject *type, PyObject *value)
{
    PyObject *message = PyObject_CallFunction(describe_argument, "OiO", plan->declaration, index, value);
    if (message) {
        PyErr_SetObject(type, message);
        Py_DECREF(message);
    }
}
/* A macro, so that the compiler sees that it never gives 0. */
#define argument_error(...) (set_argument_error(__VA_ARGS__), -1)

#if PyLong_SHIFT != 30
#error "no fast path for 15-bit digits; the install goes on without it and cffi makes the calls"
#endif

/* Sign and magnitude of a Python int of up to 64 bits; false where it is larger. Reads the digits, as CPython does. */
INLINE int
read_int(PyObject *value, uint64_t *magnitude, int *negative)
{
    const PyLongObject *number = (const PyLongObject *)value;
#if PY_VERSION_HEX >= 0x030C0000
    const digit *digits = number->long_value.ob_digit;
    const uintptr_t tag = number->long_value.lv_tag;
    const size_t count = tag >> 3;
    *negative = (tag & 3) == 2;
#else
    const digit *digits = number->ob_digit;
    const Py_ssize_t size = Py_SIZE(number);
    const size_t count = (size_t)(size < 0 ? -size : size);
    *negative = size < 0;
#endif
    if (LIKELY(count == 1)) {
        *magnitude = digits[0];
        return 1;
    }
    if (count == 0) {
        *magnitude = 0;
        return 1;
    }
    if (count > 3 || (count == 3 && digits[2] >> 4)) {
        return 0;
    }
    *magnitude = digits[0] | (uint64_t)digits[1] << 30 | (count == 3 ? (uint64_t)digits[2] << 60 : 0);
    return 1;
}

INLINE int
store_int(const Plan *plan, int index, PyObject *value, PyObject *given, Slot *slot)
{
    uint64_t magnitude;
    int negative;
    if (LIKELY(read_int(value, &magnitude, &negative) && magnitude <= (uint64_t)INT64_MAX + (uint64_t)negative)) {
        int64_t number = (int64_t)(negative ? 0 - magnitude : magnitude);
        if (LIKELY(number >= plan->parameters[index].least && number <= plan->parameters[index].most)) {
            slot->u = (uint64_t)number;
            return 0;
        }
    }
    return argument_error(plan, index, PyExc_OverflowError, given);
}

INLINE int
store_uint64(const Plan *plan, int index, PyObject *value, PyObject *given, Slot *slot)
{
    int negative;
    if (UNLIKELY(!read_int(value, &slot->u, &negative) || (negative && slot->u))) {
        return argument_error(plan, index, PyExc_OverflowError, given);
    }
    return 0;
}

/* Integers that are not exactly `int`: bool is refused, __index__ is asked. */
static COLD int
store_index(const Plan *plan, int index, int class, PyObject *value, Slot *slot)
{
    if (PyBool_Check(value) || !PyIndex_Check(value)) {
        return argument_error(plan, index, PyExc_TypeError, value);
    }
    PyObject *number = PyNumber_Index(value);
    if (!number) {
        return -1;
    }
    int status = class == CLASS_INT ? store_int(plan, index, number, value, slot)
                                    : store_uint64(plan, index, number, value, slot);
    Py_DECREF(number);
    return status;
}

/* Floats that are neither exactly `float` nor `int`: bool and str are refused, __float__ is asked. */
static COLD int
read_float(const Plan *plan, int index, PyObject *value, double *out)
{
    PyNumberMethods *methods = Py_TYPE(value)->tp_as_number;
    if (PyBool_Check(value) || !methods || !(methods->nb_float || methods->nb_index)) {
        return argument_error(plan, index, PyExc_TypeError, value);
    }
    *out = PyFloat_AsDouble(value);
    if (*out == -1.0 && PyErr_Occurred()) {
        if (PyLong_Check(value) && PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
            return argument_error(plan, index, PyExc_OverflowError, value);
        }
        return -1;
    }
    return 0;
}

INLINE int
store_float(const Plan *plan, int index, int class, PyObject *value, Slot *slot)
{
    double number;
    if (LIKELY(PyFloat_CheckExact(value))) {
        number = PyFloat_AS_DOUBLE(value);
    } else if (UNLIKELY(read_float(plan, index, value, &number))) {
        return -1;
    }
    if (class == CLASS_F32) {
        slot->u = 0;
        slot->f = (float)number;
    } else {
        slot->d = number;
    }
    return 0;
}

/* Pointers that are neither None nor exactly `int`. The Python half knows cffi's pointers and what to say of the rest. */
static COLD int
store_pointer(const Plan *plan, int index, PyObject *value, Slot *slot)
{
    PyObject *number = PyObject_CallFunction(pointer_fallback, "OiO", plan->declaration, index, value);
    if (!number) {
        return -1;
    }
    int status = store_uint64(plan, index, number, value, slot);
    Py_DECREF(number);
    return status;
}

static char empty_buffer[1];

static COLD int
hold_buffer(const Plan *plan, int index, PyObject *value, Slot *slot, Holds *holds)
{
    if (!PyObject_CheckBuffer(value)) {
        return argument_error(plan, index, PyExc_TypeError, value);
    }
    Py_buffer *buffer = PyMem_Malloc(sizeof(Py_buffer));
    if (!buffer) {
        PyErr_NoMemory();
        return -1;
    }
    if (PyObject_GetBuffer(value, buffer, PyBUF_SIMPLE)) {
        PyMem_Free(buffer);
        return -1;
    }
    holds->holds[holds->count++] = (Hold){NULL, buffer};
    slot->u = (uint64_t)(uintptr_t)(buffer->buf ? buffer->buf : empty_buffer);
    return 0;
}

INLINE int
store_buffer(const Plan *plan, int index, PyObject *value, Slot *slot, Holds *holds)
{
    const char *text;
    if (PyBytes_CheckExact(value)) {
        text = PyBytes_AS_STRING(value);
    } else if (PyUnicode_Check(value)) {
        Py_ssize_t size;
        if (LIKELY(PyUnicode_IS_COMPACT_ASCII(value))) {
            text = (const char *)PyUnicode_1BYTE_DATA(value);
            size = PyUnicode_GET_LENGTH(value);
        } else if (UNLIKELY(!(text = PyUnicode_AsUTF8AndSize(value, &size)))) {
            return -1;
        }
        if (UNLIKELY(strlen(text) != (size_t)size)) {
            return argument_error(plan, index, PyExc_ValueError, value);
        }
    } else if (PyByteArray_CheckExact(value)) {
        /* What its own getbuffer does, without the Py_buffer: while the count is up, resizing raises BufferError. */
        ((PyByteArrayObject *)value)->ob_exports++;
        holds->holds[holds->count++] = (Hold){value, NULL};
        text = PyByteArray_AS_STRING(value);
    } else if (value == Py_None) {
        text = NULL;
    } else {
        return hold_buffer(plan, index, value, slot, holds);
    }
    slot->u = (uint64_t)(uintptr_t)text;
    return 0;
}

static void
release_holds(Holds *holds)
{
    while (holds->count) {
        Hold hold = holds->holds[--holds->count];
        if (hold.locked) {
            ((PyByteArrayObject *)hold.locked)->ob_exports--;
        } else {
            PyBuffer_Release(hold.buffer);
            PyMem_Free(hold.buffer);
        }
    }
}

/* Convert one argument; `class` is a constant wherever the whole signature is of one class. */
INLINE int
store(const Plan *plan, int index, int class, PyObject *value, Slot *slot, Holds *holds)
{
    switch (class) {
    case CLASS_F32:
    case CLASS_F64: return store_float(plan, index, class, value, slot);
    case CLASS_BUFFER: return store_buffer(plan, index, value, slot, holds);
    case CLASS_BOOL:
        if (UNLIKELY(!PyBool_Check(value))) {
            return argument_error(plan, index, PyExc_TypeError, value);
        }
        slot->u = value == Py_True;
        return 0;
    case CLASS_ADDRESS:
        if (LIKELY(PyLong_CheckExact(value))) {
            return store_uint64(plan, index, value, value, slot);
        }
        if (value == Py_None) {
            slot->u = 0;
            return 0;
        }
        return store_pointer(plan, index, value, slot);
    case CLASS_UINT64:
        return LIKELY(PyLong_CheckExact(value)) ? store_uint64(plan, index, value, value, slot)
                                                : store_index(plan, index, class, value, slot);
    default:
        return LIKELY(PyLong_CheckExact(value)) ? store_int(plan, index, value, value, slot)
                                                : store_index(plan, index, class, value, slot);
    }
}

/* ---- the call ------------------------------------------------------------------------------------------------ */

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
invoke(int result, const void *address, int shape, const Slot *slots)
{
    Slot value;
    if (result == RESULT_F64) {
        value.d = invoke_double(address, shape, slots);
    } else if (result == RESULT_F32) {
        value.f = invoke_float(address, shape, slots);
    } else {
        value.u = invoke_integer(address, shape, slots);
    }
    return value;
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

INLINE PyObject *
to_python(const Plan *plan, int result, Slot value)
{
    switch (result) {
    case RESULT_VOID: Py_RETURN_NONE;
    case RESULT_BOOL: return PyBool_FromLong((uint8_t)value.u != 0);
    case RESULT_F32: return PyFloat_FromDouble(value.f);
    case RESULT_F64: return PyFloat_FromDouble(value.d);
    case RESULT_UINT64: return PyLong_FromUnsignedLongLong(value.u);
    case RESULT_ADDRESS: return value.u ? PyLong_FromUnsignedLongLong(value.u) : Py_NewRef(Py_None);
    default: {
        /* Only the low bits are the function's; the ABI leaves the rest undefined. */
        int64_t number = (int64_t)(value.u << plan->shift) >> plan->shift;
        return PyLong_FromLongLong((int64_t)((uint64_t)number & plan->mask));
    }
    }
}

static COLD PyObject *
arity_error(const Plan *plan, Py_ssize_t given)
{
    PyObject *message = PyObject_CallFunction(describe_arity, "On", plan->declaration, given);
    if (message) {
        PyErr_SetObject(PyExc_TypeError, message);
        Py_DECREF(message);
    }
    return NULL;
}

static COLD int
closed(const Plan *plan)
{
    PyErr_Format(closed_error, "%U(): its library is closed", plan->name);
    return -1;
}

/* Make the call with converted arguments. The address is read here, since converting may have run Python code that
 * closed the library. */
INLINE int
perform(const Plan *plan, int result, int shape, const Slot *slots, Slot *value)
{
    void *address = plan->address;
    if (UNLIKELY(!address)) {
        return closed(plan);
    }
    int *error = &errno; /* a function call in most C libraries, so asked for once */
    *error = 0;
    *value = invoke(result, address, shape, slots);
    thread_state.saved_errno = *error;
    return 0;
}

#define INLINE_HOLDS 8

/* The builtin behind every bound function: check the count, convert, call, convert back.
 *
 * `count`, `class` and `result` are constants in the entries below that serve the commonest signatures, so that
 * what follows folds into straight code; a negative `count` means any signature.
 */
INLINE PyObject *
call(PyObject *self, PyObject *const *arguments, Py_ssize_t given, int count, int class, int result)
{
    const Plan *plan = (Plan *)self;
    const int any = count < 0;
    const Py_ssize_t wanted = any ? Py_SIZE(plan) : count;
    if (UNLIKELY(given != wanted)) {
        return arity_error(plan, given);
    }
    Slot slots[MAX_PARAMETERS];
    Hold space[INLINE_HOLDS];
    Holds holds = {space, 0};
    const int may_hold = any ? plan->holds != 0 : class == CLASS_BUFFER;
    int shape;
    if (any) {
        shape = plan->shape;
        if (plan->padded) {
            memset(slots, 0, REGISTERS * sizeof(Slot));
            if (UNLIKELY(shape >= SHAPE_STACK2)) {
                memset(slots + REGISTERS, 0, MAX_STACK * sizeof(Slot));
            }
        }
        if (UNLIKELY(plan->holds > INLINE_HOLDS)) {
            holds.holds = PyMem_New(Hold, plan->holds);
            if (!holds.holds) {
                return PyErr_NoMemory();
            }
        }
    } else if (class == CLASS_F64 || class == CLASS_F32) {
        shape = count == 1 ? SHAPE_D1 : count == 2 ? SHAPE_D2 : SHAPE_D4;
    } else {
        shape = SHAPE_NONE + (count == 6 ? SHAPE_U6 : count);
    }
    PyObject *value = NULL;
#pragma GCC unroll 8
    for (Py_ssize_t index = 0; index < wanted; index++) {
        int slot = any                                             ? plan->parameters[index].slot
                   : (class == CLASS_F64 || class == CLASS_F32) ? INTEGER_REGISTERS + (int)index
                                                                   : (int)index;
        int of = any ? plan->parameters[index].class : class;
        if (UNLIKELY(store(plan, (int)index, of, arguments[index], &slots[slot], &holds))) {
            goto done;
        }
    }
    const int returns = any ? plan->result : result;
    Slot answer;
    if (LIKELY(perform(plan, returns, shape, slots, &answer) == 0)) {
        value = to_python(plan, returns, answer);
    }
done:
    if (may_hold) {
        release_holds(&holds);
        if (UNLIKELY(holds.holds != space)) {
            PyMem_Free(holds.holds);
        }
    }
    return value;
}

#define FOR_EACH_RESULT(DO, COUNT, CLASS)                                                                             \
    DO(COUNT, CLASS, VOID)                                                                                            \
    DO(COUNT, CLASS, INT)                                                                                             \
    DO(COUNT, CLASS, UINT64)                                                                                          \
    DO(COUNT, CLASS, ADDRESS)                                                                                         \
    DO(COUNT, CLASS, BOOL)                                                                                            \
    DO(COUNT, CLASS, F64)                                                                                             \
    DO(COUNT, CLASS, F32)

#define FOR_EACH_ENTRY(DO)                                                                                            \
    FOR_EACH_RESULT(DO, 0, ANY)                                                                                       \
    FOR_EACH_RESULT(DO, 1, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 1, UINT64)                                                                                    \
    FOR_EACH_RESULT(DO, 1, ADDRESS)                                                                                   \
    FOR_EACH_RESULT(DO, 1, BOOL)                                                                                      \
    FOR_EACH_RESULT(DO, 1, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 1, F32)                                                                                       \
    FOR_EACH_RESULT(DO, 1, BUFFER)                                                                                    \
    FOR_EACH_RESULT(DO, 2, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 2, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 3, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 4, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 4, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 6, INT)

#define DEFINE_ENTRY(COUNT, CLASS, RESULT)                                                                            \
    static PyObject *call_##COUNT##_##CLASS##_##RESULT(PyObject *self, PyObject *const *arguments, Py_ssize_t given)  \
    {                                                                                                                 \
        return call(self, arguments, given, COUNT, CLASS_##CLASS, RESULT_##RESULT);                                   \
    }
FOR_EACH_ENTRY(DEFINE_ENTRY)

static PyObject *
call_any(PyObject *self, PyObject *const *arguments, Py_ssize_t given)
{
    return call(self, arguments, given, -1, CLASS_ANY, RESULT_VOID);
}

typedef PyObject *(*Entry)(PyObject *, PyObject *const *, Py_ssize_t);

/* The entry made for that signature, or the one that serves any. */
static Entry
entry_of(const Plan *plan, int class)
{
    static const struct {
        uint8_t count, class, result;
        Entry entry;
    } entries[] = {
#define LIST_ENTRY(COUNT, CLASS, RESULT)                                                                              \
    {COUNT, CLASS_##CLASS, RESULT_##RESULT, call_##COUNT##_##CLASS##_##RESULT},
        FOR_EACH_ENTRY(LIST_ENTRY)};
    for (size_t index = 0; index < sizeof(entries) / sizeof(entries[0]); index++) {
        if (entries[index].count == Py_SIZE(plan) && entries[index].class == class &&
            entries[index].result == plan->result) {
            return entries[index].entry;
        }
    }
    return call_any;
}

/* ---- making plans -------------------------------------------------------------------------------------------- */

static void
plan_dealloc(Plan *self)
{
    if (self->previous) {
        self->previous->next = self->next;
    } else if (self->library && self->library->plans == self) {
        self->library->plans = self->next;
    }
    if (self->next) {
        self->next->previous = self->previous;
    }
    Py_XDECREF(self->library);
    Py_XDECREF(self->declaration);
    Py_XDECREF(self->name);
    Py_XDECREF(self->doc);
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef plan_members[] = {
    {"declaration", T_OBJECT, offsetof(Plan, declaration), READONLY, "The ffi_core.model.Declaration that is called."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot plan_slots[] = {
    {Py_tp_doc, "How a native function is called; `__self__` of a bound function."},
    {Py_tp_dealloc, plan_dealloc},
    {Py_tp_members, plan_members},
    {0, NULL},
};

static PyType_Spec plan_spec = {
    .name = "ffi_core.function",
    .basicsize = sizeof(Plan),
    .itemsize = sizeof(((Plan *)0)->parameters[0]),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = plan_slots,
};

/* A type whose only difference is its name: a builtin's repr shows the type of its `self`, so the signature stands there.
 */
static PyObject *
plan_subtype(PyObject *Py_UNUSED(module), PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (!text) {
        return NULL;
    }
    PyType_Slot slots[] = {{Py_tp_dealloc, plan_dealloc}, {0, NULL}};
    PyType_Spec spec = plan_spec;
    spec.name = text;
    spec.slots = slots;
    return PyType_FromSpecWithBases(&spec, (PyObject *)plan_type);
}

/* Class and range of a parameter of that kind. */
static void
classify(uint8_t kind, struct Parameter *parameter)
{
#define RANGE(LEAST, MOST) (parameter->least = (LEAST), parameter->most = (MOST), parameter->class = CLASS_INT)
    switch (kind) {
    case KIND_I8: RANGE(INT8_MIN, INT8_MAX); break;
    case KIND_U8: RANGE(0, UINT8_MAX); break;
    case KIND_I16: RANGE(INT16_MIN, INT16_MAX); break;
    case KIND_U16: RANGE(0, UINT16_MAX); break;
    case KIND_I32: RANGE(INT32_MIN, INT32_MAX); break;
    case KIND_U32: RANGE(0, UINT32_MAX); break;
    case KIND_I64: RANGE(INT64_MIN, INT64_MAX); break;
    case KIND_U64: parameter->class = CLASS_UINT64; break;
    case KIND_BOOL: parameter->class = CLASS_BOOL; break;
    case KIND_F32: parameter->class = CLASS_F32; break;
    case KIND_F64: parameter->class = CLASS_F64; break;
    case KIND_BUFFER: parameter->class = CLASS_BUFFER; break;
    default: parameter->class = CLASS_ADDRESS;
    }
#undef RANGE
}

static void
classify_result(Plan *plan, uint8_t kind)
{
    plan->result = RESULT_INT;
    plan->mask = UINT64_MAX;
    switch (kind) {
    case KIND_I8: plan->shift = 56; break;
    case KIND_I16: plan->shift = 48; break;
    case KIND_I32: plan->shift = 32; break;
    case KIND_I64: break;
    case KIND_U8: plan->mask = UINT8_MAX; break;
    case KIND_U16: plan->mask = UINT16_MAX; break;
    case KIND_U32: plan->mask = UINT32_MAX; break;
    case KIND_U64: plan->result = RESULT_UINT64; break;
    case KIND_BOOL: plan->result = RESULT_BOOL; break;
    case KIND_F32: plan->result = RESULT_F32; break;
    case KIND_F64: plan->result = RESULT_F64; break;
    case KIND_VOID: plan->result = RESULT_VOID; break;
    default: plan->result = RESULT_ADDRESS;
    }
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

/* Give each parameter its class and slot, and the plan its shape; false where the stack's slots run out. */
static int
lay_out(Plan *plan, const char *kinds)
{
    int integers = 0, floats = 0, stack = 0;
    for (Py_ssize_t index = 0; index < Py_SIZE(plan); index++) {
        struct Parameter *parameter = &plan->parameters[index];
        classify((uint8_t)kinds[index], parameter);
        int is_float = parameter->class == CLASS_F32 || parameter->class == CLASS_F64;
        if (is_float && floats < FLOAT_REGISTERS) {
            parameter->slot = (uint8_t)(INTEGER_REGISTERS + floats++);
        } else if (!is_float && integers < INTEGER_REGISTERS) {
            parameter->slot = (uint8_t)integers++;
        } else if (stack < MAX_STACK) {
            parameter->slot = (uint8_t)(REGISTERS + stack++);
        } else {
            return 0;
        }
        plan->holds = (uint8_t)(plan->holds + (parameter->class == CLASS_BUFFER));
    }
    int shape = plan->shape = shape_of(integers, floats, stack);
    plan->padded = shape_reads[shape].integers != integers || shape_reads[shape].floats != floats ||
                   shape_reads[shape].stack != stack;
    return 1;
}

/* The class that all parameters share, or CLASS_ANY. */
static int
common_class(const Plan *plan)
{
    Py_ssize_t count = Py_SIZE(plan);
    for (Py_ssize_t index = 1; index < count; index++) {
        if (plan->parameters[index].class != plan->parameters[0].class) {
            return CLASS_ANY;
        }
    }
    return count ? plan->parameters[0].class : CLASS_ANY;
}

PyDoc_STRVAR(function_doc,
"function(type, library, address, declaration, kinds, result, name, doc) -> builtin function\n\n"
"Bind the code at `address`. `kinds` holds one letter for each parameter, `result` is one letter. None where the\n"
"signature needs more stack than the fast path has.");

static PyObject *
function_new(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyTypeObject *type;
    PyObject *library, *address, *declaration, *name, *doc;
    const char *kinds;
    Py_ssize_t count;
    char result;
    if (!PyArg_ParseTuple(args, "O!OOOy#cUU:function", &PyType_Type, &type, &library, &address, &declaration, &kinds,
                          &count, &result, &name, &doc)) {
        return NULL;
    }
    if (!PyType_IsSubtype(type, plan_type) || (library != Py_None && !Py_IS_TYPE(library, library_type))) {
        return PyErr_Format(PyExc_TypeError, "function() takes a plan type and a Library or None");
    }
    if (count > MAX_PARAMETERS) {
        Py_RETURN_NONE;
    }
    void *code = PyLong_AsVoidPtr(address);
    if (!code && PyErr_Occurred()) {
        return NULL;
    }
    Plan *plan = (Plan *)type->tp_alloc(type, count);
    if (!plan) {
        return NULL;
    }
    plan->address = code;
    classify_result(plan, (uint8_t)result);
    plan->declaration = Py_NewRef(declaration);
    plan->name = Py_NewRef(name);
    plan->doc = Py_NewRef(doc);
    PyObject *function = NULL;
    if (!lay_out(plan, kinds)) {
        function = Py_NewRef(Py_None);
        goto done;
    }
    if (library != Py_None) {
        plan->library = (Library *)Py_NewRef(library);
        plan->next = plan->library->plans;
        if (plan->next) {
            plan->next->previous = plan;
        }
        plan->library->plans = plan;
    }
    const char *name_text = PyUnicode_AsUTF8(name), *doc_text = PyUnicode_AsUTF8(doc);
    if (name_text && doc_text) {
        Entry entry = entry_of(plan, common_class(plan));
        plan->method = (PyMethodDef){name_text, (PyCFunction)(void (*)(void))entry, METH_FASTCALL, doc_text};
        function = PyCFunction_New(&plan->method, (PyObject *)plan);
    }
done:
    Py_DECREF(plan);
    return function;
}

/* ---- timing -------------------------------------------------------------------------------------------------- */

static Plan *
plan_of(PyObject *function)
{
    PyObject *self = PyCFunction_CheckExact(function) ? PyCFunction_GET_SELF(function) : NULL;
    if (self && PyObject_TypeCheck(self, plan_type)) {
        return (Plan *)self;
    }
    PyErr_SetString(PyExc_TypeError, "expected a function that ffi_core bound on the fast path");
    return NULL;
}

static int64_t
nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

PyDoc_STRVAR(measure_doc,
"measure(function, arguments, count) -> int\n\n"
"Nanoseconds for `count` calls in a native loop, the arguments converted once before it.");

static PyObject *
measure(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    long long count;
    if (!PyArg_ParseTuple(args, "OO!L:measure", &function, &PyTuple_Type, &arguments, &count)) {
        return NULL;
    }
    Plan *plan = plan_of(function);
    if (!plan) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(arguments) != Py_SIZE(plan)) {
        return arity_error(plan, PyTuple_GET_SIZE(arguments));
    }
    Slot slots[MAX_PARAMETERS];
    memset(slots, 0, sizeof(slots));
    Holds holds = {PyMem_New(Hold, plan->holds + 1), 0};
    PyObject *elapsed = NULL;
    if (!holds.holds) {
        return PyErr_NoMemory();
    }
    for (Py_ssize_t index = 0; index < Py_SIZE(plan); index++) {
        const struct Parameter *parameter = &plan->parameters[index];
        PyObject *value = PyTuple_GET_ITEM(arguments, index);
        if (store(plan, (int)index, parameter->class, value, &slots[parameter->slot], &holds)) {
            goto done;
        }
    }
    const void *address = plan->address;
    if (!address) {
        closed(plan);
        goto done;
    }
    /* The switch over result and shape is hoisted out of the loop by the compiler (-funswitch-loops). */
    const int result = plan->result, shape = plan->shape;
    int64_t start = nanoseconds();
    for (long long turn = 0; turn < count; turn++) {
        (void)invoke(result, address, shape, slots);
    }
    elapsed = PyLong_FromLongLong(nanoseconds() - start);
done:
    release_holds(&holds);
    PyMem_Free(holds.holds);
    return elapsed;
}

/* ---- the module ---------------------------------------------------------------------------------------------- */

static PyObject *
get_errno(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(thread_state.saved_errno);
}

static PyObject *
configure(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *error, *argument, *arity, *pointer;
    if (!PyArg_ParseTuple(args, "OOOO:configure", &error, &argument, &arity, &pointer)) {
        return NULL;
    }
    Py_XSETREF(closed_error, Py_NewRef(error));
    Py_XSETREF(describe_argument, Py_NewRef(argument));
    Py_XSETREF(describe_arity, Py_NewRef(arity));
    Py_XSETREF(pointer_fallback, Py_NewRef(pointer));
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"function", function_new, METH_VARARGS, function_doc},
    {"plan_subtype", plan_subtype, METH_O, "plan_subtype(name) -> a type of plans that goes by that name."},
    {"measure", measure, METH_VARARGS, measure_doc},
    {"get_errno", get_errno, METH_NOARGS, "get_errno() -> errno as this thread's last foreign call left it."},
    {"configure", configure, METH_VARARGS,
     "configure(closed_error, describe_argument, describe_arity, pointer_fallback): the Python half of errors."},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    library_type = (PyTypeObject *)PyType_FromSpec(&library_spec);
    plan_type = (PyTypeObject *)PyType_FromSpec(&plan_spec);
    if (!library_type || !plan_type) {
        return -1;
    }
    return PyModule_AddObjectRef(module, "Library", (PyObject *)library_type) ||
                   PyModule_AddObjectRef(module, "Plan", (PyObject *)plan_type)
               ? -1
               : 0;
}

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ffi_core.runtime._fastcall",
    .m_doc = "Native calls of scalars, pointers and buffers at the cost of a hand-written extension.",
    .m_size = -1,
    .m_methods = module_methods,
};

PyMODINIT_FUNC
PyInit__fastcall(void)
{
    PyObject *module = PyModule_Create(&module_definition);
    if (module && module_exec(module)) {
        Py_CLEAR(module);
    }
    return module;
}
