/* Raw memory by address: what ffi_core.runtime.memory is made of. */
#ifndef FFI_CORE_MEMORY_H
#define FFI_CORE_MEMORY_H

#include "abi.h"

#include <string.h>

static PyObject *
memory_view(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned long long address;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "Kn:view", &address, &size)) {
        return NULL;
    }
    return PyMemoryView_FromMemory((char *)(uintptr_t)address, size, PyBUF_WRITE);
}

static PyObject *
memory_string(PyObject *Py_UNUSED(module), PyObject *address)
{
    const char *text = PyLong_AsVoidPtr(address);
    return !text && PyErr_Occurred() ? NULL : PyBytes_FromString(text);
}

static PyObject *
memory_address(PyObject *Py_UNUSED(module), PyObject *value)
{
    Py_buffer buffer;
    if (PyObject_GetBuffer(value, &buffer, PyBUF_SIMPLE)) {
        return NULL;
    }
    void *address = buffer.buf;
    PyBuffer_Release(&buffer);
    return PyLong_FromVoidPtr(address);
}

#endif
