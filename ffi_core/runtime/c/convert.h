/* Python values to slots and back. Every check that a call makes is here; the words of errors are Python's (messages.py).
 */
#ifndef FFI_CORE_CONVERT_H
#define FFI_CORE_CONVERT_H

#include "abi.h"

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
set_argument_error(PyObject *declaration, int index, PyObject *type, PyObject *value)
{
    PyObject *message = PyObject_CallFunction(python.describe_argument, "OiO", declaration, index, value);
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
store_int(PyObject *declaration, int index, const Type *type, PyObject *value, PyObject *given, Slot *slot)
{
    uint64_t magnitude;
    int negative;
    if (LIKELY(read_int(value, &magnitude, &negative) && magnitude <= (uint64_t)INT64_MAX + (uint64_t)negative)) {
        int64_t number = (int64_t)(negative ? 0 - magnitude : magnitude);
        if (LIKELY(number >= type->least && number <= type->most)) {
            slot->u = (uint64_t)number;
            return 0;
        }
    }
    return argument_error(declaration, index, PyExc_OverflowError, given);
}

INLINE int
store_uint64(PyObject *declaration, int index, PyObject *value, PyObject *given, Slot *slot)
{
    int negative;
    if (UNLIKELY(!read_int(value, &slot->u, &negative) || (negative && slot->u))) {
        return argument_error(declaration, index, PyExc_OverflowError, given);
    }
    return 0;
}

/* Integers that are not exactly `int`: bool is refused, __index__ is asked. */
static COLD int
store_index(PyObject *declaration, int index, const Type *type, int class, PyObject *value, Slot *slot)
{
    if (PyBool_Check(value) || !PyIndex_Check(value)) {
        return argument_error(declaration, index, PyExc_TypeError, value);
    }
    PyObject *number = PyNumber_Index(value);
    if (!number) {
        return -1;
    }
    int status = class == CLASS_INT ? store_int(declaration, index, type, number, value, slot)
                                    : store_uint64(declaration, index, number, value, slot);
    Py_DECREF(number);
    return status;
}

/* Floats that are neither exactly `float` nor `int`: bool and str are refused, __float__ is asked. */
static COLD int
read_float(PyObject *declaration, int index, PyObject *value, double *out)
{
    PyNumberMethods *methods = Py_TYPE(value)->tp_as_number;
    if (PyBool_Check(value) || !methods || !(methods->nb_float || methods->nb_index)) {
        return argument_error(declaration, index, PyExc_TypeError, value);
    }
    *out = PyFloat_AsDouble(value);
    if (*out == -1.0 && PyErr_Occurred()) {
        if (PyLong_Check(value) && PyErr_ExceptionMatches(PyExc_OverflowError)) {
            PyErr_Clear();
            return argument_error(declaration, index, PyExc_OverflowError, value);
        }
        return -1;
    }
    return 0;
}

INLINE int
store_float(PyObject *declaration, int index, int class, PyObject *value, Slot *slot)
{
    double number;
    if (LIKELY(PyFloat_CheckExact(value))) {
        number = PyFloat_AS_DOUBLE(value);
    } else if (UNLIKELY(read_float(declaration, index, value, &number))) {
        return -1;
    }
    if (class == CLASS_F32) {
        *slot = from_float((float)number);
    } else {
        slot->d = number;
    }
    return 0;
}

/* Addresses that are neither None nor exactly `int`. The Python half knows Callbacks, cffi's pointers, and what to say of
 * the rest. */
static COLD int
store_address(PyObject *declaration, int index, PyObject *value, Slot *slot)
{
    PyObject *number = PyObject_CallFunction(python.pointer_fallback, "OiO", declaration, index, value);
    if (!number) {
        return -1;
    }
    int status = store_uint64(declaration, index, number, value, slot);
    Py_DECREF(number);
    return status;
}

static char empty_buffer[1];

static COLD int
hold_buffer(PyObject *declaration, int index, PyObject *value, Slot *slot, Holds *holds)
{
    if (!PyObject_CheckBuffer(value)) {
        return argument_error(declaration, index, PyExc_TypeError, value);
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
store_buffer(PyObject *declaration, int index, PyObject *value, Slot *slot, Holds *holds)
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
            return argument_error(declaration, index, PyExc_ValueError, value);
        }
    } else if (PyByteArray_CheckExact(value)) {
        /* What its own getbuffer does, without the Py_buffer: while the count is up, resizing raises BufferError. */
        ((PyByteArrayObject *)value)->ob_exports++;
        holds->holds[holds->count++] = (Hold){value, NULL};
        text = PyByteArray_AS_STRING(value);
    } else if (value == Py_None) {
        text = NULL;
    } else {
        return hold_buffer(declaration, index, value, slot, holds);
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
store(PyObject *declaration, int index, const Type *type, int class, PyObject *value, Slot *slot, Holds *holds)
{
    switch (class) {
    case CLASS_F32:
    case CLASS_F64: return store_float(declaration, index, class, value, slot);
    case CLASS_BUFFER: return store_buffer(declaration, index, value, slot, holds);
    case CLASS_BOOL:
        if (UNLIKELY(!PyBool_Check(value))) {
            return argument_error(declaration, index, PyExc_TypeError, value);
        }
        slot->u = value == Py_True;
        return 0;
    case CLASS_FUNCTION:
    case CLASS_ADDRESS:
        if (LIKELY(PyLong_CheckExact(value))) {
            return store_uint64(declaration, index, value, value, slot);
        }
        if (value == Py_None) {
            slot->u = 0;
            return 0;
        }
        return store_address(declaration, index, value, slot);
    case CLASS_UINT64:
        return LIKELY(PyLong_CheckExact(value)) ? store_uint64(declaration, index, value, value, slot)
                                                : store_index(declaration, index, type, class, value, slot);
    default:
        return LIKELY(PyLong_CheckExact(value)) ? store_int(declaration, index, type, value, value, slot)
                                                : store_index(declaration, index, type, class, value, slot);
    }
}

INLINE PyObject *
to_python(const Type *type, int class, Slot value)
{
    switch (class) {
    case CLASS_VOID: Py_RETURN_NONE;
    case CLASS_BOOL: return PyBool_FromLong((uint8_t)value.u != 0);
    case CLASS_F32: return PyFloat_FromDouble(to_float(value));
    case CLASS_F64: return PyFloat_FromDouble(value.d);
    case CLASS_UINT64: return PyLong_FromUnsignedLongLong(value.u);
    case CLASS_INT: {
        /* Only the low bits are the function's; the ABI leaves the rest undefined. */
        int64_t number = (int64_t)(value.u << type->shift) >> type->shift;
        return PyLong_FromLongLong((int64_t)((uint64_t)number & type->mask));
    }
    default: return value.u ? PyLong_FromUnsignedLongLong(value.u) : Py_NewRef(Py_None);
    }
}

#endif
