/* A library that is open, and the plans that call into it, which closing it makes useless. */
#ifndef FFI_CORE_LIBRARY_H
#define FFI_CORE_LIBRARY_H

#include "frame.h"

typedef struct Plan Plan;

typedef struct {
    PyObject_HEAD
    void *handle; /* dlopen's; NULL once closed */
    Plan *plans;  /* every plan bound to this library, so that closing can take their addresses away */
} Library;

struct Plan {
    PyObject_VAR_HEAD
    void *address; /* NULL once the library is closed; read only after the arguments are converted */
    uint8_t shape;
    uint8_t holds;       /* parameters that may lock a buffer during the call */
    uint8_t padded;      /* whether the shape reads slots that no parameter fills */
    uint8_t releases_gil; /* whether C may call back while other threads run */
    Library *library;    /* keeps the code in memory; NULL for a bare address */
    Plan *previous, *next;
    PyObject *declaration; /* ffi_core.model.Declaration, for messages */
    PyObject *name, *doc;  /* own the text that `method` points into */
    PyMethodDef method;
    Type result;
    Type parameters[];
};

static PyTypeObject *library_type;

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
    Py_XDECREF(encoded);
    if (!handle) {
        /* It quotes the path, whose bytes may be no UTF-8. */
        PyObject *words = PyUnicode_DecodeFSDefault(message ? message : "dlopen failed");
        if (words) {
            PyErr_SetObject(PyExc_OSError, words);
            Py_DECREF(words);
        }
        return NULL;
    }
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
        PyErr_SetString(python.closed_error, "the library is closed");
        return NULL;
    }
    dlerror();
    void *address = dlsym(self->handle, symbol);
    /* A weak symbol may resolve to NULL without an error; nobody can call or read it, so it counts as missing. */
    return address ? PyLong_FromVoidPtr(address) : Py_NewRef(Py_None);
}

/* Take the handle away, and with it every plan's address. */
static void *
library_detach(Library *self)
{
    void *handle = self->handle;
    self->handle = NULL;
    for (Plan *plan = self->plans; plan; plan = plan->next) {
        plan->address = NULL;
    }
    return handle;
}

static PyObject *
library_discard(Library *self, PyObject *Py_UNUSED(ignored))
{
    void *handle = library_detach(self);
    if (handle) {
        Py_BEGIN_ALLOW_THREADS
        dlclose(handle);
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static PyObject *
library_close(Library *self, PyObject *Py_UNUSED(ignored))
{
    void *handle = library_detach(self);
    if (handle) {
        unload(handle);
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

static PyObject *
library_closed(Library *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->handle == NULL);
}

static PyGetSetDef library_getters[] = {
    {"closed", (getter)library_closed, NULL, "Whether close() was called.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef library_methods[] = {
    {"address", (PyCFunction)library_address, METH_O, "address(name) -> int, or None where the library lacks it."},
    {"close", (PyCFunction)library_close, METH_NOARGS, "Unload; every function bound to it raises ClosedError."},
    {"discard", (PyCFunction)library_discard, METH_NOARGS, "Unload at once a library of which nothing was called."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot library_slots[] = {
    {Py_tp_doc, "Library(path): an open native library; path None is the process itself."},
    {Py_tp_new, library_new},
    {Py_tp_dealloc, library_dealloc},
    {Py_tp_methods, library_methods},
    {Py_tp_getset, library_getters},
    {0, NULL},
};

static PyType_Spec library_spec = {
    .name = "ffi_core.runtime._fastcall.Library",
    .basicsize = sizeof(Library),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = library_slots,
};

#endif
