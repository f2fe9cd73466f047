/* The fast path: one builtin function per native symbol, whose `self` is the plan of the call.
 *
 * On x86-64 SysV and AArch64 Linux a function's integer arguments and its floating point arguments travel in separate
 * registers, and whatever does not fit goes to the stack in slots of eight bytes. So a C function type
 * `(integers..., doubles..., stack...)` reaches every function of scalars, whatever the order of its parameters, and no
 * code has to be generated at run time. Structs by value, variadic functions and other ABIs are `portable.py`'s.
 *
 * Sources: System V ABI, AMD64 supplement, 3.2.3; Procedure Call Standard for the Arm 64-bit Architecture, 6.8.
 */
#include "c/callback.h"
#include "c/frame.h"
#include "c/job.h"
#include "c/library.h"
#include "c/memory.h"
#include "c/plan.h"

static PyTypeObject *callback_type;

static PyObject *
get_errno(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(thread.saved_errno);
}

/* The frame of a call, for calls that somebody else makes (cffi): run(function, arguments). */
static PyObject *
run(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    if (!PyArg_ParseTuple(args, "OO!:run", &function, &PyTuple_Type, &arguments)) {
        return NULL;
    }
    Frame frame;
    enter(&frame);
    calls_under_way++;
    PyObject *value = PyObject_Call(function, arguments, NULL);
    calls_under_way--;
    if (!value) {
        /* The call itself failed; what callbacks raised before is noted on that error. */
        PyObject *error = take_exception();
        if (frame.pending) {
            PyObject *done = PyObject_CallFunctionObjArgs(python.add_later_exception, frame.pending, error, NULL);
            Py_XDECREF(done);
            Py_XDECREF(error);
        } else {
            frame.pending = error;
        }
    }
    if (leave(&frame)) {
        Py_CLEAR(value);
    }
    return value;
}

/* A callback of somebody else's (cffi): what keeps libraries loaded while it runs. */
static PyObject *
call_back(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    if (!PyArg_ParseTuple(args, "OO!:call_back", &function, &PyTuple_Type, &arguments)) {
        return NULL;
    }
    enter_callback();
    PyObject *value = PyObject_Call(function, arguments, NULL);
    leave_callback();
    return value;
}

/* keep(error, callback): what a callback of somebody else's (cffi) raised. */
static PyObject *
keep(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *error, *callback;
    if (!PyArg_ParseTuple(args, "OO:keep", &error, &callback)) {
        return NULL;
    }
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    keep_exception(callback);
    Py_RETURN_NONE;
}

static PyObject *
set_errno(PyObject *Py_UNUSED(module), PyObject *value)
{
    thread.saved_errno = (int)PyLong_AsLong(value);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
configure(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *error, *argument, *arity, *pointer, *later;
    if (!PyArg_ParseTuple(args, "OOOOO:configure", &error, &argument, &arity, &pointer, &later)) {
        return NULL;
    }
    Py_XSETREF(python.closed_error, Py_NewRef(error));
    Py_XSETREF(python.describe_argument, Py_NewRef(argument));
    Py_XSETREF(python.describe_arity, Py_NewRef(arity));
    Py_XSETREF(python.pointer_fallback, Py_NewRef(pointer));
    Py_XSETREF(python.add_later_exception, Py_NewRef(later));
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"function", function_new, METH_VARARGS, function_doc},
    {"plan_subtype", plan_subtype, METH_O, "plan_subtype(name) -> a type of plans that goes by that name."},
    {"prepare", prepare, METH_VARARGS, prepare_doc},
    {"measure", measure, METH_VARARGS, measure_doc},
    {"run", run, METH_VARARGS, "run(function, arguments): call it as a native call, so that callbacks can raise."},
    {"call_back", call_back, METH_VARARGS, "call_back(function, arguments): call it as a callback that C entered."},
    {"keep", keep, METH_VARARGS, "keep(error, callback): raise it from the native call around, or report it."},
    {"get_errno", get_errno, METH_NOARGS, "get_errno() -> errno as this thread's last foreign call left it."},
    {"set_errno", set_errno, METH_O, "set_errno(value): what get_errno() will say, for calls made elsewhere."},
    {"view", memory_view, METH_VARARGS, "view(address, size) -> writable memoryview."},
    {"string", memory_string, METH_O, "string(address) -> the bytes up to the NUL."},
    {"address_of", memory_address, METH_O, "address_of(buffer) -> int."},
    {"configure", configure, METH_VARARGS, "configure(closed_error, describe_argument, describe_arity, "
                                           "pointer_fallback, add_later_exception): the Python half of errors."},
    {NULL, NULL, 0, NULL},
};

static int
add_type(PyObject *module, PyType_Spec *spec, const char *name, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromSpec(spec);
    return *type ? PyModule_AddObjectRef(module, name, (PyObject *)*type) : -1;
}

static int
module_exec(PyObject *module)
{
    callbacks_start();
    if (add_type(module, &library_spec, "Library", &library_type) || add_type(module, &plan_spec, "Plan", &plan_type) ||
        add_type(module, &job_spec, "Job", &job_type) ||
        add_type(module, &callback_spec, "Callback", &callback_type)) {
        return -1;
    }
    return PyModule_AddIntConstant(module, "CALLBACKS", TRAMPOLINES);
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
