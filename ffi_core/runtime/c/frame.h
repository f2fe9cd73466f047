/* What surrounds a native call: errno, the exceptions of callbacks that ran inside it, and libraries that were closed
 * while it was under way. */
#ifndef FFI_CORE_FRAME_H
#define FFI_CORE_FRAME_H

#include "abi.h"

#include <dlfcn.h>
#include <errno.h>

/* One native call under way on this thread; it lives on the C stack. */
typedef struct Frame {
    struct Frame *outer;
    PyObject *pending; /* the first exception that a callback raised inside the call */
} Frame;

#ifdef __GLIBC__
#define FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define FAST_TLS
#endif
static _Thread_local FAST_TLS struct {
    Frame *frame;
    int *error; /* &errno, which most C libraries compute by a function call */
    int saved_errno;
} thread;

INLINE int *
errno_address(void)
{
    int *error = thread.error;
    return LIKELY(error != NULL) ? error : (thread.error = &errno);
}

/* Calls during which another thread may run Python: those without the GIL, and those inside a callback. Guarded by
 * the GIL, as is the list of handles that wait for such calls to end. */
static Py_ssize_t calls_under_way;
static void **unloads;
static size_t unload_count;
/* Whether a thread that no Python call started has called back. It returns into code that nobody else knows of, so from
 * then on no library is unloaded: those pages cost little, and code that vanishes under a thread costs the process. */
static int foreign_threads;

INLINE void
enter(Frame *frame)
{
    frame->outer = thread.frame;
    frame->pending = NULL;
    thread.frame = frame;
}

/* dlclose now, or when nothing that might be inside the library is under way any more. */
static void
unload(void *handle)
{
    if (foreign_threads) {
        return;
    }
    if (thread.frame || calls_under_way) {
        void **grown = PyMem_Realloc(unloads, (unload_count + 1) * sizeof(void *));
        if (grown) {
            unloads = grown;
            unloads[unload_count++] = handle;
        }
        /* Out of memory: the library stays loaded, which is the harmless side. */
        return;
    }
    Py_BEGIN_ALLOW_THREADS
    dlclose(handle);
    Py_END_ALLOW_THREADS
}

static COLD void
unload_waiting(void)
{
    while (unload_count && !thread.frame && !calls_under_way) {
        unload(unloads[--unload_count]);
    }
}

/* Around the Python half of a callback. */
static void
enter_callback(void)
{
    foreign_threads |= !thread.frame;
    calls_under_way++;
}

static void
leave_callback(void)
{
    calls_under_way--;
}

/* After a call: 0, or -1 with the exception that a callback left. */
INLINE int
leave(Frame *frame)
{
    thread.frame = frame->outer;
    if (UNLIKELY(unload_count)) {
        unload_waiting();
    }
    if (UNLIKELY(frame->pending != NULL)) {
        PyObject *error = frame->pending;
        PyErr_Restore(Py_NewRef((PyObject *)Py_TYPE(error)), error, PyException_GetTraceback(error));
        return -1;
    }
    return 0;
}

/* Take the exception that is set, with its traceback. */
static PyObject *
take_exception(void)
{
    PyObject *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    if (trace && error) {
        PyException_SetTraceback(error, trace);
    }
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return error;
}

/* An exception is set in a callback: keep the first for the call around it, note the others on it. On a thread with no
 * call around, there is nobody to raise it to. */
static COLD void
keep_exception(PyObject *callback)
{
    Frame *frame = thread.frame;
    if (!frame) {
        PyErr_WriteUnraisable(callback);
        return;
    }
    PyObject *error = take_exception();
    if (!frame->pending) {
        frame->pending = error;
        return;
    }
    PyObject *done = PyObject_CallFunctionObjArgs(python.add_later_exception, frame->pending, error, NULL);
    if (!done) {
        PyErr_WriteUnraisable(callback);
    }
    Py_XDECREF(done);
    Py_XDECREF(error);
}

#endif
